/** Longest text of a cluster that is kept or shown, in characters. */
export const LONGEST_MESSAGE = 1_024;

const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;
const BEARER = /\b(bearer|token|authorization:?)\s+[A-Za-z0-9._~+/=-]{12,}/gi;
const JWT = /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;
// eslint-disable-next-line no-control-regex
const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A URL without userinfo and query: both may hold credentials. */
export function redactUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(/[?#].*$/s, '');
}

/**
 * Text from a cluster as it may be kept and shown: no credentials in URLs, no
 * tokens, no control characters, not longer than {@link LONGEST_MESSAGE}.
 */
export function redactMessage(text: string): string {
  const clean = text
    .slice(0, LONGEST_MESSAGE * 4)
    .replace(CONTROL, ' ')
    .replace(URL_IN_TEXT, url => {
      // Punctuation after a URL belongs to the sentence.
      const end = /[.,:;)\]]+$/.exec(url)?.[0] ?? '';
      return redactUrl(url.slice(0, url.length - end.length)) + end;
    })
    .replace(BEARER, '$1 …')
    .replace(JWT, '…');
  return clean.length > LONGEST_MESSAGE
    ? `${clean.slice(0, LONGEST_MESSAGE - 1)}…`
    : clean;
}
