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
  return base ? new URL(`${asked.pathname}${asked.search}`, base) : asked;
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
  try {
    response = await fetch(resolveUrl(url, options.hosts), {
      signal: options.signal,
      headers: { 'accept-encoding': 'identity' },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new ImporterError(
      `Unable to connect to http data source: HTTP request errored: Get "${url}": ${goText(
        error,
        url,
      )}`,
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

function goText(error: unknown, url: string): string {
  const cause = ((error as { cause?: SystemError }).cause ??
    error) as SystemError;
  const first = cause.errors?.[0] ?? cause;
  const { hostname, port, protocol } = new URL(url);
  switch (first.code) {
    case 'ECONNREFUSED':
      return `dial tcp ${first.address ?? hostname}:${
        first.port ?? (port || DEFAULT_PORTS[protocol])
      }: connect: connection refused`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname}: no such host`;
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'EOF';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    default:
      return first.message ?? String(error);
  }
}
