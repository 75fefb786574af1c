import { ImageRefused } from '../outcome';

/** As much of a file as has to be text for the whole to be taken for text. */
const SAMPLE_BYTES = 4096;
/** CDI reads this many bytes to tell formats apart, and fails at less (1.66). */
const SMALLEST_IMAGE_BYTES = 512;

const refused = (what: string, remedy: string) =>
  new ImageRefused({ code: 'not-an-image', message: what, remedy });
const CHECK_URL =
  'Check the URL in a browser that is not signed in: it must lead to the file itself';

/** Content of which CDI would make a disk full of nonsense, and call it a success (recorded with CDI 1.66). */
export function refuseOtherContent(head: Buffer): void {
  const sample = head.subarray(0, SAMPLE_BYTES);
  if (head.length === 0) throw refused('the file is empty', CHECK_URL);
  const text = textOf(sample);
  if (text !== undefined) throw refused(kindOfText(text, sample), CHECK_URL);
  if (head.length < SMALLEST_IMAGE_BYTES) {
    throw refused(
      `the file has only ${head.length} bytes, and an image has at least 512`,
      CHECK_URL,
    );
  }
}

/** The same for what no known format begins with: then the server's word counts. */
export function refusePages(contentType: string | undefined): void {
  const [, type] =
    /^\s*(?:text|application)\/([a-z+.-]+)/i.exec(contentType ?? '') ?? [];
  if (type && /^(html|xhtml\+xml|json|xml|(.+\+)(json|xml))$/i.test(type)) {
    throw refused(
      `the server says that it is ${type
        .toLowerCase()
        .replace(/^.*\+/, '')
        .toUpperCase()}, not an image`,
      CHECK_URL,
    );
  }
}

/** Text in UTF-8 or UTF-16 without what only binary data holds. */
function textOf(sample: Buffer): string | undefined {
  const [first, second] = sample;
  const wide =
    (first === 0xff && second === 0xfe && 'utf-16le') ||
    (first === 0xfe && second === 0xff && 'utf-16be');
  try {
    const decoder = new TextDecoder(wide || 'utf-8', { fatal: true });
    const text = decoder.decode(sample, { stream: true });
    // eslint-disable-next-line no-control-regex
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text)
      ? undefined
      : text;
  } catch {
    return undefined;
  }
}

function kindOfText(text: string, sample: Buffer): string {
  const begin = text.trimStart().slice(0, SAMPLE_BYTES).toLowerCase();
  if (
    /^(<!--.*?-->\s*)*<(!doctype html|html|head|body|script|meta)\b/s.test(
      begin,
    ) ||
    begin.includes('<html')
  ) {
    return /sign.?in|log.?in|password|sso|saml/.test(begin)
      ? 'it is an HTML page, by its words one to sign in, not an image'
      : 'it is an HTML page, not an image';
  }
  if (begin.startsWith('<'))
    return 'it is an XML document, such as the error of a server, not an image';
  if (/^[{[]/.test(begin))
    return 'it is JSON, such as the error of a server, not an image';
  if (begin.startsWith('version https://git-lfs')) {
    return 'it is the pointer of Git LFS to a file, not the file itself';
  }
  return sample.length < SMALLEST_IMAGE_BYTES
    ? `it is a text of ${sample.length} bytes, not an image`
    : 'it is a text, not an image';
}
