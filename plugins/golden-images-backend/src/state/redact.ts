/** Longest text of a cluster that is kept or shown, in characters. */
export const LONGEST_MESSAGE = 1_024;

const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`\\]+/gi;
/** The part of a URL before its path, as host and port and nothing else. */
const PLAIN_AUTHORITY = /^(\[[0-9a-f:.]+\]|[\w.-]*)(:\d*)?$/i;
const TOKENS: [RegExp, string][] = [
  [
    /\b(bearer|basic|token|authorization:?)\s+[A-Za-z0-9._~+/=-]{12,}/gi,
    '$1 …',
  ],
  [/\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '…'],
  [
    /\b(password|passwd|secret|token|signature|credential|(?:access|secret|api)[_-]?key(?:[_-]?id)?)(\s*[=:]\s*)[^\s"'&,;]+/gi,
    '$1$2…',
  ],
];
/** Control characters, line breaks too, and what reverses or hides text. */
const CONTROL = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** A URL without userinfo and query: both may hold credentials. */
export function redactUrl(url: string): string {
  const [, scheme = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(url) ?? [];
  const withoutQuery = rest.replace(/[?#].*$/s, '');
  const [authority] = withoutQuery.split('/', 1);
  if (PLAIN_AUTHORITY.test(authority)) return scheme + withoutQuery;
  // A password may hold any character, a slash and a question mark among them.
  const afterUserinfo = rest.slice(rest.lastIndexOf('@') + 1);
  return scheme + afterUserinfo.replace(/[?#].*$/s, '');
}

/**
 * Text from a cluster as it may be kept and shown: no credentials in URLs, no
 * tokens, no control characters, not longer than {@link LONGEST_MESSAGE}.
 */
export function redactMessage(text: string): string {
  let clean = text
    .slice(0, LONGEST_MESSAGE * 4)
    .replace(CONTROL, ' ')
    .replace(URL_IN_TEXT, url => {
      // Punctuation after a URL belongs to the sentence.
      const end = /[.,:;)\]]+$/.exec(url)?.[0] ?? '';
      return redactUrl(url.slice(0, url.length - end.length)) + end;
    });
  for (const [pattern, replacement] of TOKENS) {
    clean = clean.replace(pattern, replacement);
  }
  return clean.length > LONGEST_MESSAGE
    ? `${clean.slice(0, LONGEST_MESSAGE - 1).replace(/[\ud800-\udbff]$/, '')}…`
    : clean;
}
