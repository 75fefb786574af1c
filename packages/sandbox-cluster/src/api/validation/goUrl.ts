/** What `net/url` of Go makes of a URL, as far as CDI looks at it. */
export interface GoUrl {
  scheme: string;
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s;
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%]*$/;

/** `url.Parse`; `undefined` for what it refuses. */
export function parseGoUrl(text: string): GoUrl | undefined {
  if (hasControlCharacter(text)) return undefined;
  const beforeFragment = text.split('#')[0];
  const match = SCHEME.exec(beforeFragment);
  if (!match) {
    const firstSegment = beforeFragment.split('/')[0];
    // A colon before the first slash is taken for a scheme that is none.
    return firstSegment.includes(':') ? undefined : { scheme: '' };
  }
  const rest = match[2];
  if (rest.startsWith('//')) {
    const authority = rest.slice(2).split(/[/?]/)[0];
    const host = authority.slice(authority.lastIndexOf('@') + 1);
    if (!HOST.test(host) || !hasValidEscapes(authority)) return undefined;
    const port = /:([^\]]*)$/.exec(host)?.[1];
    if (port !== undefined && !/^\d*$/.test(port)) return undefined;
  }
  const path = rest.split('?')[0];
  if (!hasValidEscapes(path)) return undefined;
  return { scheme: match[1].toLowerCase() };
}

/** `url.ParseRequestURI`: an absolute URI, or a path from the root. */
export function parseRequestUri(text: string): GoUrl | undefined {
  const parsed = parseGoUrl(text);
  if (!parsed) return undefined;
  if (parsed.scheme === '' && !text.startsWith('/')) return undefined;
  return parsed;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some(character => {
    const code = character.charCodeAt(0);
    return code < 0x20 || code === 0x7f;
  });
}

function hasValidEscapes(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}
