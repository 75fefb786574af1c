import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { ImportRoute } from '../ImportAllowList';

const MOST_HEADER_BYTES = 16 * 1024;

/**
 * Asks for a part of a file, of exactly the addresses that were judged: what a
 * name resolves to is not looked up again. No cookies, no credentials, no
 * proxy, no connection that is kept.
 *
 * @param range - first and last byte; the whole file where absent
 */
export function exchange(
  url: URL,
  route: ImportRoute,
  options: { range?: [number, number]; signal: AbortSignal },
): Promise<IncomingMessage> {
  const { range, signal } = options;
  const isTls = url.protocol === 'https:';
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const lookup: LookupFunction = (_name, wanted, answer) => {
    const found = route.addresses.map(address => ({
      address,
      family: isIP(address),
    }));
    if (wanted.all) answer(null, found);
    else answer(null, found[0].address, found[0].family);
  };
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request({
      method: 'GET',
      // an address is connected to without a lookup
      host: isIP(literal) ? route.addresses[0] : literal,
      port: route.port,
      servername: isTls && !isIP(literal) ? literal : undefined,
      path: `${url.pathname}${url.search}`,
      lookup,
      agent: false,
      signal,
      maxHeaderSize: MOST_HEADER_BYTES,
      headers: {
        host: url.host,
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'backstage-golden-images',
        connection: 'close',
        ...(range && { range: `bytes=${range[0]}-${range[1]}` }),
      },
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.end();
  });
}
