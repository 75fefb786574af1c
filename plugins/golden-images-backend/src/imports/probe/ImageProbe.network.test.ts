import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ImportAllowList } from '../ImportAllowList';
import { fixture } from './__testUtils__/images';
import {
  allowAddresses,
  createProbeWorld,
  known,
} from './__testUtils__/probeWorld';
import { status, whole, withRanges } from './__testUtils__/startFileServer';
import { ImageProbe } from './ImageProbe';

const IMAGE = fixture('v3.qcow2');
const VHDX = fixture('dynamic.vhdx');
const PAGE = Buffer.from('<html><title>Sign in</title></html>'.padEnd(3000));

describe('ImageProbe in networks', () => {
  let world: Awaited<ReturnType<typeof createProbeWorld>>;
  beforeEach(async () => {
    world = await createProbeWorld();
  });
  afterEach(() => world.server.close());

  describe('redirects', () => {
    const to = (location: string) => status(302, { location });

    it('follows those that the allow list opens, each judged and resolved anew', async () => {
      world.server.answers['/a'] = to('/b');
      world.server.answers['/b'] = to(world.url('/c', 'mirror.test'));
      world.server.answers['/c'] = withRanges(IMAGE);
      await expect(world.look(world.url('/a'))).resolves.toEqual(known);
      expect(world.resolved).toEqual([
        'files.test',
        'files.test',
        'mirror.test',
      ]);
    });

    it.each([
      [
        'another host',
        'http://evil.test/x?token=SECRET',
        /redirects to http:\/\/evil\.test\/x,/,
      ],
      ['a private address', 'http://10.1.2.3/x', /not allowed/],
      [
        'the metadata service',
        'http://169.254.169.254/latest/meta-data',
        /not allowed/,
      ],
      ['another scheme', 'file:///etc/passwd', /not allowed/],
      ['credentials', 'http://me:secret@files.test/x', /not allowed/],
      [
        'a page to sign in',
        'https://login.test/oauth2?back=x',
        /by its address a page to sign in/,
      ],
    ])(
      'refuses an image behind one to %s',
      async (_name, location, message) => {
        world.server.answers['/a'] = to(location);
        const seen = await world.look(world.url('/a'));
        expect(seen).toMatchObject({
          outcome: 'refused',
          code: 'source-not-allowed',
          message: expect.stringMatching(message),
        });
        expect(JSON.stringify(seen)).not.toMatch(/SECRET|me:secret/);
        expect(world.server.asked).toHaveLength(1);
      },
    );

    it('refuses an image behind one to an allowed host with a forbidden address', async () => {
      world.server.answers['/a'] = to(world.url('/b', 'inner.test'));
      await expect(world.look(world.url('/a'))).resolves.toMatchObject({
        outcome: 'refused',
        code: 'source-not-allowed',
      });
      expect(world.server.asked).toHaveLength(1);
    });

    it('says where a page came from, and ends a circle', async () => {
      world.server.answers['/a'] = to('/login?back=a');
      world.server.answers['/login?back=a'] = whole(PAGE);
      await expect(world.look(world.url('/a'))).resolves.toMatchObject({
        outcome: 'refused',
        message: expect.stringMatching(
          /HTML page.*\(after a redirect to http:\/\/files\.test:\d+\/login\)/,
        ),
      });
      world.server.answers['/circle'] = to('/circle');
      await expect(world.look(world.url('/circle'))).resolves.toMatchObject({
        code: 'redirected',
        message: expect.stringMatching(/more than 5 times/),
      });
    });
  });

  describe('addresses', () => {
    it('asks nobody that may not be asked', async () => {
      world.server.answers['/a'] = withRanges(IMAGE);
      for (const address of [
        world.url('/a', 'inner.test'),
        world.url('/a', 'evil.test'),
      ]) {
        const seen = await world.look(address);
        expect(seen).toMatchObject({
          outcome: 'refused',
          code: 'source-not-allowed',
        });
      }
      expect(world.server.asked).toHaveLength(0);
    });

    it('connects to the address that was judged, whatever the name means later', async () => {
      world.server.answers['/a'] = withRanges(VHDX);
      // A second look-up would lead to where nobody answers.
      const seen = await world.look(world.url('/a'), {
        addresses: [['127.0.0.1'], ['127.9.9.9']],
      });
      expect(seen.outcome).toBe('known');
      expect(world.resolved).toEqual(['files.test']);
    });

    it('takes addresses as they are, and the one that is configured', async () => {
      world.server.answers['/a'] = withRanges(IMAGE);
      await expect(world.look(world.url('/a', '127.0.0.1'))).resolves.toEqual(
        known,
      );
      await expect(world.look('http://split.test/a')).resolves.toEqual(known);
      expect(world.server.asked.at(-1)?.headers.host).toBe('split.test');
    });
  });

  describe('servers that are not there', () => {
    it.each([
      ['nowhere.test', /its name is not known here/],
      ['closed.test', /refuses connections/],
    ])('%s', async (host, message) => {
      const address =
        host === 'closed.test'
          ? 'http://closed.test:1/a'
          : world.url('/a', host);
      await expect(world.look(address)).resolves.toMatchObject({
        outcome: 'unknown',
        code: 'unreachable',
        message: expect.stringMatching(message),
      });
    });

    it('whose certificate nobody trusts', async () => {
      const pem = (name: string) =>
        readFileSync(
          join(
            __dirname,
            '../../kubernetes/__fixtures__',
            `loopback-${name}.pem`,
          ),
        );
      const secure = createServer({ key: pem('key'), cert: pem('cert') });
      secure.listen(0, '127.0.0.1');
      await once(secure, 'listening');
      const { port } = secure.address() as AddressInfo;
      const allowList = new ImportAllowList([
        { host: '127.0.0.1', port, allowAddresses },
      ]);
      await expect(
        new ImageProbe({ allowList }).probe(
          {
            url: `https://127.0.0.1:${port}/a`,
            field: 'source.http.url',
            content: 'kubevirt',
          },
          { caller: 'user:default/lena' },
        ),
      ).resolves.toMatchObject({
        outcome: 'unknown',
        code: 'unreachable',
        message: expect.stringMatching(/certificate is not trusted here/),
      });
      secure.close();
    });

    it('waits for nobody for ever', async () => {
      world.server.answers['/silent'] = () => {};
      world.server.answers['/stalls'] = (_request, response) => {
        response.writeHead(200).write('QFI');
      };
      for (const path of ['/silent', '/stalls']) {
        await expect(
          world.look(world.url(path), { timeoutMs: 100 }),
        ).resolves.toMatchObject({
          outcome: 'unknown',
          code: 'unreachable',
          message: expect.stringMatching(/did not send .* within 0\.1 s/),
        });
      }
    });

    it('says when the connection breaks', async () => {
      world.server.answers['/a'] = (_request, response) => {
        response.writeHead(200, { 'content-length': 100_000 });
        response.write('QFI', () => response.destroy());
      };
      await expect(world.look(world.url('/a'))).resolves.toMatchObject({
        outcome: 'unknown',
        code: 'unreachable',
        message: expect.stringMatching(/broke off/),
      });
    });

    it('does not read headers without end', async () => {
      world.server.answers['/a'] = status(200, {
        'x-long': 'x'.repeat(40_000),
      });
      await expect(world.look(world.url('/a'))).resolves.toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(/beyond all measure/),
      });
    });
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    const asked = new Promise<void>(resolve => {
      world.server.answers['/a'] = request => {
        request.once('close', resolve);
        caller.abort(new Error('gone'));
      };
    });
    await expect(
      world.look(world.url('/a'), { signal: caller.signal }),
    ).rejects.toThrow('gone');
    await asked;
    await expect(
      world.look(world.url('/a'), { signal: caller.signal }),
    ).rejects.toThrow('gone');
    expect(world.server.asked).toHaveLength(1);
  });

  it('looks at a few at once for each caller, and sends too many away', async () => {
    const waiting: (() => void)[] = [];
    const arrived = new EventTarget();
    world.server.answers['/a'] = (request, response) => {
      waiting.push(() => withRanges(IMAGE)(request, response));
      arrived.dispatchEvent(new Event('asked'));
    };
    const allowList = new ImportAllowList([
      { host: '127.0.0.1', port: world.server.port, allowAddresses },
    ]);
    const prober = new ImageProbe({ allowList, width: 1, mostWaiting: 1 });
    const ask = (caller: string) =>
      prober.probe(
        { url: world.url('/a', '127.0.0.1'), field: 'x', content: 'kubevirt' },
        { caller },
      );
    const first = ask('lena');
    await once(arrived, 'asked');
    const second = ask('lena');
    await expect(ask('lena')).resolves.toMatchObject({
      outcome: 'unknown',
      code: 'too-many',
    });
    const other = ask('dora');
    await once(arrived, 'asked');
    expect(waiting).toHaveLength(2);
    world.server.answers['/a'] = withRanges(IMAGE);
    waiting.forEach(answer => answer());
    await expect(Promise.all([first, second, other])).resolves.toEqual([
      known,
      known,
      known,
    ]);
  });
});
