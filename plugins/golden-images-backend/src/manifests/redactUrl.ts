/** A URL without userinfo, query and fragment: those may hold credentials. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return text.replace(/[?#].*$/s, '');
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}
