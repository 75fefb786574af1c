/**
 * Why an address cannot be imported from, by the way it is written, and what to
 * do; `undefined` where it can. Refuses what two URL parsers might read
 * differently: here it is WHATWG's that decides, in the cluster Go's that
 * connects (CDI 1.66). CDI itself takes `http:///x` and userinfo, which it
 * writes into annotations.
 *
 * @public
 */
export function refusalOfImportUrl(text: string): string | undefined {
  if (text === '') return 'must not be empty: give the address of the file';
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f\\]/.test(text)) {
    return 'must not hold white space, control characters or backslashes: encode them, a blank as "%20"';
  }
  const match = /^https?:\/\/([^/?#]*)([^?#]*)/i.exec(text);
  if (!match) {
    return 'must be a URL that starts with "http://" or "https://"';
  }
  const [, authority, path] = match;
  if (authority === '') {
    return 'must name a host: "https://<host>/<path of the file>"';
  }
  if (authority.includes('@')) {
    return 'must not hold user or password: name a Secret in "secretRef" instead';
  }
  if (!URL.canParse(text)) {
    return 'must be a URL with a valid host and port: "https://<host>/<path of the file>"';
  }
  const url = new URL(text);
  const writtenHost = authority.replace(/:\d*$/, '').toLowerCase();
  if (url.hostname !== writtenHost) {
    return `host "${writtenHost}" must be written in its usual form, "${url.hostname}"`;
  }
  if (url.hostname.endsWith('.')) {
    return `host "${url.hostname}" must not end with a dot`;
  }
  if (url.pathname !== (path || '/')) {
    return `path must be written without "." and ".." and with special characters encoded: "${url.pathname}"`;
  }
  return undefined;
}
