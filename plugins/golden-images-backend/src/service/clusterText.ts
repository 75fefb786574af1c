import { redactUrl } from '../manifests/redactUrl';

const MAX_LENGTH = 1024;

/** Untrusted text of a cluster: bounded, one line, URLs without credentials. */
export function clusterText(text: string): string {
  const safe = text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, url => redactUrl(url));
  return safe.length > MAX_LENGTH ? `${safe.slice(0, MAX_LENGTH)}…` : safe;
}
