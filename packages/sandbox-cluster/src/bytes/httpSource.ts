import { ImporterError } from './ImporterError';

/**
 * Hosts for which another server stands in: `host` or `host:port` of the URL to
 * a base URL, whose path and query are then those of the original.
 */
export type HostTable = Record<string, string>;

const DEFAULT_PORTS: Record<string, string> = {
  'http:': '80',
  'https:': '443',
};

/** Where a URL is really fetched from. */
export function resolveUrl(url: string, hosts: HostTable): URL {
  const asked = new URL(url);
  const port = asked.port || DEFAULT_PORTS[asked.protocol];
  const base = hosts[`${asked.hostname}:${port}`] ?? hosts[asked.hostname];
  if (!base) return asked;
  const target = new URL(`${asked.pathname}${asked.search}`, base);
  target.username = asked.username;
  target.password = asked.password;
  return target;
}

/** Takes userinfo out of a URL, which `fetch` refuses, into a header, as Go does. */
function takeCredentials(url: URL): { authorization?: string } {
  if (!url.username && !url.password) return {};
  const userinfo = [url.username, url.password]
    .map(decodeURIComponent)
    .join(':');
  url.username = '';
  url.password = '';
  return {
    authorization: `Basic ${Buffer.from(userinfo).toString('base64')}`,
  };
}

/** Go's `net/http` writes `***` for a password in its errors. */
function withoutPassword(url: string): string {
  const parsed = new URL(url);
  return parsed.password
    ? url.replace(/^([^:]+:\/\/[^:@/]*):[^@/]*@/, '$1:***@')
    : url;
}

/**
 * Opens an image for download as CDI's importer does, and tells failures in its
 * words (recorded with CDI 1.66, which is written in Go).
 *
 * @throws ImporterError when there is no answer, or another one than 200
 */
export async function openHttpSource(
  url: string,
  options: { hosts: HostTable; signal?: AbortSignal },
): Promise<{ body: ReadableStream<Uint8Array>; lengthBytes?: number }> {
  let response: Response;
  const target = resolveUrl(url, options.hosts);
  const authorization = takeCredentials(target);
  try {
    response = await fetch(target, {
      signal: options.signal,
      headers: { 'accept-encoding': 'identity', ...authorization },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new ImporterError(
      `Unable to connect to http data source: HTTP request errored: Get "${withoutPassword(
        url,
      )}": ${goText(error, target)}`,
      { cause: error },
    );
  }
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new ImporterError(
      `Unable to connect to http data source: expected status code 200, got ${response.status}. Status: ${status}`,
    );
  }
  const length = response.headers.get('content-length');
  return {
    body: response.body,
    lengthBytes: length === null ? undefined : Number(length),
  };
}

interface SystemError {
  code?: string;
  address?: string;
  port?: number;
  hostname?: string;
  message?: string;
  errors?: SystemError[];
}

/** An error of the network in the words of Go's `net` and `crypto` packages. */
function goText(error: unknown, target: URL): string {
  const cause = ((error as { cause?: SystemError }).cause ??
    error) as SystemError;
  const first = cause.errors?.[0] ?? cause;
  const port = first.port ?? (target.port || DEFAULT_PORTS[target.protocol]);
  const address = first.address?.includes(':')
    ? `[${first.address}]`
    : first.address ?? target.hostname;
  const dial = `dial tcp ${address}:${port}`;
  const code = first.code ?? '';
  const certificate = 'tls: failed to verify certificate: x509:';
  switch (code) {
    case 'ECONNREFUSED':
      return `${dial}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `${dial}: connect: no route to host`;
    case 'ENETUNREACH':
      return `${dial}: connect: network is unreachable`;
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `${dial}: i/o timeout`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${target.hostname}: no such host`;
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${target.hostname}: server misbehaving`;
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'EOF';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${certificate} certificate signed by unknown authority`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${certificate} certificate has expired or is not yet valid`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${certificate} certificate is not valid for ${target.hostname}`;
    default:
      return /^(ERR_SSL|EPROTO)/.test(code)
        ? 'http: server gave HTTP response to HTTPS client'
        : first.message ?? String(error);
  }
}
