import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openHttpSource, resolveUrl } from './httpSource';
import { ImporterError } from './ImporterError';

describe('resolveUrl', () => {
  const hosts = {
    'example.com': 'http://127.0.0.1:1',
    'other.test:8443': 'http://127.0.0.1:2',
  };

  it.each([
    ['https://example.com/a/b?c=d', 'http://127.0.0.1:1/a/b?c=d'],
    ['https://EXAMPLE.com:444/a', 'http://127.0.0.1:1/a'],
    ['https://other.test:8443/a', 'http://127.0.0.1:2/a'],
    ['https://u:p@example.com/a', 'http://u:p@127.0.0.1:1/a'],
    ['https://other.test/a', 'https://other.test/a'],
    ['http://sub.example.com/a', 'http://sub.example.com/a'],
  ])('fetches %s from %s', (url, expected) => {
    expect(resolveUrl(url, hosts).href).toBe(expected);
  });
});

describe('openHttpSource', () => {
  let server: Server;
  let url: string;
  const seen: IncomingMessage['headers'][] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers);
      if (request.url === '/moved') {
        response.writeHead(302, { location: '/there' }).end();
      } else {
        response.end('bytes');
      }
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise(resolve => server.close(resolve)));

  const open = (from: string) => openHttpSource(from, { hosts: {} });

  async function errorOf(from: string): Promise<string> {
    const error = await open(from).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(ImporterError);
    return (error as ImporterError).message;
  }

  it('follows redirects', async () => {
    const { lengthBytes } = await open(`${url}/moved`);
    expect(lengthBytes).toBe(5);
  });

  it('sends userinfo as basic authentication', async () => {
    await open(`${url.replace('//', '//some%20one:pass@')}/there`);
    expect(seen.at(-1)?.authorization).toBe(
      `Basic ${Buffer.from('some one:pass').toString('base64')}`,
    );
  });

  it('does not repeat a password in an error', async () => {
    const closed = createServer();
    await new Promise<void>(resolve => {
      closed.listen(0, '127.0.0.1', resolve);
    });
    const { port } = closed.address() as AddressInfo;
    await new Promise(resolve => closed.close(resolve));
    expect(await errorOf(`http://me:secret@127.0.0.1:${port}/x`)).toBe(
      `Unable to connect to http data source: HTTP request errored: Get "http://me:***@127.0.0.1:${port}/x": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
  });

  it('tells of a server that does not speak TLS', async () => {
    expect(await errorOf(`${url.replace('http:', 'https:')}/x`)).toMatch(
      /: http: server gave HTTP response to HTTPS client$/,
    );
  });

  describe('errors of the network', () => {
    afterEach(() => jest.restoreAllMocks());

    it.each([
      [{ code: 'ENOTFOUND' }, 'dial tcp: lookup images.test: no such host'],
      [
        { code: 'EAI_AGAIN' },
        'dial tcp: lookup images.test: server misbehaving',
      ],
      [
        { code: 'EHOSTUNREACH', address: '10.0.0.1', port: 443 },
        'dial tcp 10.0.0.1:443: connect: no route to host',
      ],
      [
        { code: 'ENETUNREACH', address: 'fd00::1', port: 443 },
        'dial tcp [fd00::1]:443: connect: network is unreachable',
      ],
      [
        { code: 'UND_ERR_CONNECT_TIMEOUT' },
        'dial tcp images.test:443: i/o timeout',
      ],
      [{ errors: [{ code: 'ECONNRESET' }] }, 'EOF'],
      [
        { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
        'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ],
      [
        { code: 'CERT_HAS_EXPIRED' },
        'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
      ],
      [
        { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
        'tls: failed to verify certificate: x509: certificate is not valid for images.test',
      ],
      [{ message: 'something else' }, 'something else'],
    ])('%j in the words of Go', async (cause, text) => {
      jest
        .spyOn(globalThis, 'fetch')
        .mockRejectedValue(new TypeError('fetch failed', { cause }));
      expect(await errorOf('https://images.test/x')).toBe(
        `Unable to connect to http data source: HTTP request errored: Get "https://images.test/x": ${text}`,
      );
    });
  });
});
