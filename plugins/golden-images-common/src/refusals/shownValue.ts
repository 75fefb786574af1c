const LONGEST_SHOWN = 60;
/** What they hold may be, or be mistaken for, a credential. */
const NEVER_SHOWN = /secret|token|password|handle|header|cert|url/i;

/**
 * A value as it may be repeated in an error, in quotes, at most 60 characters;
 * `undefined` where it may not: a field that may hold a credential, or anything
 * but text, a number or a yes or no. What looks like an address is not repeated
 * either, since it may hold a password.
 */
export function shownValue(
  path: readonly (string | number)[],
  value: unknown,
): string | undefined {
  if (path.some(part => NEVER_SHOWN.test(String(part)))) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value !== 'string' || /[@?]|:\/\//.test(value)) return undefined;
  return quoted(value);
}

/** In quotes, without line breaks and other control characters, at most 60 characters. */
export function quoted(text: string): string {
  const short =
    text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return JSON.stringify(
    short
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])/g, '')
      .replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, ' '),
  );
}

/** `source.http.url`, `accessModes[0]`. */
export function pathInWords(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = /^[\w-]{1,60}$/.test(part) ? part : quoted(part);
      return `${index ? '.' : ''}${name}`;
    })
    .join('');
}
