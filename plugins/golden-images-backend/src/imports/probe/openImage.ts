import type { IncomingMessage } from 'node:http';
import { redactUrl } from '../../state';
import type { ImportAllowList, ImportRoute } from '../ImportAllowList';
import { Unreadable } from './ByteSource';
import { exchange } from './exchange';
import { HEAD_BYTES } from './identify';
import { ImageRefused, ImageUnknown } from './outcome';
import { unusableStatus, unreachable } from './serverAnswers';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** An image of which the beginning is being sent. */
export interface Opened {
  response: IncomingMessage;
  /** Of the whole file; `undefined` where the server does not say. */
  lengthBytes?: number;
  /** Parts of the file can be asked for. */
  rangesWork: boolean;
  contentType?: string;
  /** Where redirects led, without its query; `undefined` without any. */
  redirectedTo?: string;
  /** @throws Unreadable when the server sends something else than this part of the same file */
  again(first: number, last: number): Promise<IncomingMessage>;
}

/**
 * Asks for the beginning of a file. Each redirect is judged by the allow list
 * as the first address was.
 *
 * @throws ImageRefused, ImageUnknown, the signal's reason when aborted
 */
export async function openImage(
  address: { url: string; field: string },
  options: { allowList: ImportAllowList; signal: AbortSignal },
): Promise<Opened> {
  const { signal } = options;
  let url = new URL(address.url);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const route = await routeOf(url, hop, address.field, options.allowList);
    const response = await ask(url, route, signal);
    const next = redirectOf(response, url);
    if (!next) return opened(response, { url, route, signal, hop });
    response.destroy();
    url = next;
  }
  throw new ImageUnknown({
    code: 'redirected',
    message: `its server redirects more than ${MOST_REDIRECTS} times`,
    remedy: 'Give the address where the file is in the end',
  });
}

async function routeOf(
  url: URL,
  hop: number,
  field: string,
  allowList: ImportAllowList,
): Promise<ImportRoute> {
  const judgement = await allowList.judge(url.href, field);
  if ('route' in judgement) {
    if (judgement.route.addresses.length > 0) return judgement.route;
    throw unreachable(url, { code: 'ENOTFOUND' });
  }
  if (hop === 0) {
    throw new ImageRefused({
      code: 'source-not-allowed',
      message: judgement.refusal.replace(`${field}: `, ''),
      remedy: 'Name another source, or ask an administrator to allow this one',
    });
  }
  const signIn = /sign-?in|log-?in|\bsso\b|saml|oauth/i.test(url.href)
    ? ', by its address a page to sign in'
    : '';
  // CDI would follow it (1.66), and so import from where importing is not allowed.
  throw new ImageRefused({
    code: 'source-not-allowed',
    message: `its server redirects to ${redactUrl(
      url.href,
    )}${signIn}, from where importing is not allowed`,
    remedy: signIn
      ? 'Give an address that needs no sign-in, or name a Secret in "secretRef"'
      : 'Give an address that leads to the file directly, or ask an administrator to allow that host too',
  });
}

const isEmpty = ({ headers }: IncomingMessage) =>
  /^bytes \*\/0$/.test(headers['content-range'] ?? '');

/** A server that does not like ranges is asked for the whole, of which only the beginning is read. */
async function ask(url: URL, route: ImportRoute, signal: AbortSignal) {
  try {
    const response = await exchange(url, route, {
      range: [0, HEAD_BYTES - 1],
      signal,
    });
    const { statusCode } = response;
    if (statusCode === 416 && isEmpty(response)) return response;
    if (![400, 405, 416, 501].includes(statusCode ?? 0)) return response;
    response.destroy();
    return await exchange(url, route, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

function redirectOf(response: IncomingMessage, url: URL): URL | undefined {
  const { location } = response.headers;
  if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) {
    return undefined;
  }
  if (URL.canParse(location, url.href)) return new URL(location, url.href);
  response.destroy();
  throw new ImageUnknown({
    code: 'redirected',
    message: 'its server redirects to something that is no address',
    remedy: 'Give the address where the file is in the end',
  });
}

function opened(
  response: IncomingMessage,
  from: { url: URL; route: ImportRoute; signal: AbortSignal; hop: number },
): Opened {
  const { url, route, signal, hop } = from;
  const { statusCode = 0, headers } = response;
  const range = /^bytes 0-\d+\/(\d{1,15}|\*)$/.exec(
    headers['content-range'] ?? '',
  );
  const rangesWork = statusCode === 206 && range !== null;
  const encoded = !/^(identity)?$/i.test(headers['content-encoding'] ?? '');
  if (!rangesWork && statusCode !== 200) {
    response.destroy();
    throw unusableStatus(url, statusCode, isEmpty(response));
  }
  if (encoded) {
    response.destroy();
    throw new ImageUnknown({
      code: 'compressed',
      message:
        'its server compresses it on the way, so that its size is not known',
      remedy: 'Give the size of the disk',
    });
  }
  const total = rangesWork ? range[1] : headers['content-length'] ?? '';
  const lengthBytes = /^\d{1,15}$/.test(total) ? Number(total) : undefined;
  return {
    response,
    lengthBytes,
    rangesWork,
    contentType: headers['content-type'],
    redirectedTo: hop > 0 ? redactUrl(url.href) : undefined,
    async again(first, last) {
      const part = await exchange(url, route, { range: [first, last], signal });
      const wanted = `bytes ${first}-${last}/${lengthBytes ?? '*'}`;
      const same = part.headers.etag === headers.etag;
      if (
        part.statusCode === 206 &&
        part.headers['content-range'] === wanted &&
        same
      ) {
        return part;
      }
      part.destroy();
      throw new Unreadable(
        same
          ? 'its server did not send the part that was asked for'
          : 'it was replaced while it was looked at',
      );
    },
  };
}
