import { DISK_BYTES, fixture, patched, rawDisk } from './__testUtils__/images';
import { createProbeWorld, known } from './__testUtils__/probeWorld';
import { status, whole, withRanges } from './__testUtils__/startFileServer';

const IMAGE = fixture('v3.qcow2');
const VHDX = fixture('dynamic.vhdx');
const PAGE = Buffer.from('<html><title>Sign in</title></html>'.padEnd(3000));

describe('ImageProbe', () => {
  let world: Awaited<ReturnType<typeof createProbeWorld>>;
  beforeEach(async () => {
    world = await createProbeWorld();
  });
  afterEach(() => world.server.close());

  it('asks for parts only, without credentials or cookies', async () => {
    world.server.answers['/a?key=1'] = withRanges(IMAGE, {
      'set-cookie': 'session=1',
    });
    await expect(world.look(world.url('/a?key=1'))).resolves.toEqual(known);
    expect(world.server.asked.length).toBeGreaterThan(1);
    for (const { headers, method } of world.server.asked) {
      expect(method).toBe('GET');
      expect(headers.range).toMatch(/^bytes=\d+-\d+$/);
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('authorization');
      expect(headers.host).toBe(`files.test:${world.server.port}`);
    }
  });

  it('reads what lies far inside, in few parts', async () => {
    world.server.answers['/a'] = withRanges(VHDX);
    await expect(world.look(world.url('/a'))).resolves.toMatchObject({
      outcome: 'known',
      facts: { format: 'vhdx', virtualSizeBytes: DISK_BYTES },
    });
    expect(world.server.asked.length).toBeLessThan(6);
  });

  it.each([
    ['that sends all of it', whole(IMAGE)],
    [
      'that dislikes ranges',
      (
        request: Parameters<ReturnType<typeof whole>>[0],
        response: Parameters<ReturnType<typeof whole>>[1],
      ) =>
        (request.headers.range ? status(501) : whole(IMAGE))(request, response),
    ],
  ])('reads the beginning from a server %s', async (_name, answer) => {
    world.server.answers['/a'] = answer;
    const seen = await world.look(world.url('/a'));
    expect(seen).toMatchObject({
      outcome: 'known',
      facts: { format: 'qcow2', virtualSizeBytes: DISK_BYTES },
    });
  });

  it('breaks off a file without end', async () => {
    const gone = new Promise<void>(resolve => {
      world.server.answers['/a'] = (_request, response) => {
        response.once('close', resolve);
        response.writeHead(200);
        response.write(IMAGE);
        const more = () => {
          if (!response.destroyed) response.write(Buffer.alloc(65536), more);
        };
        more();
      };
    });
    await expect(world.look(world.url('/a'))).resolves.toMatchObject({
      outcome: 'known',
      facts: { notes: [expect.stringMatching(/how long it is/)] },
    });
    await gone;
  });

  it('does not know what lies too far inside of a file without parts', async () => {
    const far = patched(fixture('dynamic.vhd'), [16, '0000000000500000']);
    const long = Buffer.concat([far, Buffer.alloc(6 * 2 ** 20)]);
    world.server.answers['/a'] = whole(long);
    await expect(world.look(world.url('/a'))).resolves.toMatchObject({
      outcome: 'unknown',
      code: 'unreadable',
      message: expect.stringMatching(/sends no parts of files/),
    });
    world.server.answers['/b'] = (_request, response) => {
      response.writeHead(200).end(rawDisk(8192));
    };
    await expect(world.look(world.url('/b'))).resolves.toMatchObject({
      outcome: 'unknown',
      code: 'length-unknown',
    });
  });

  it('refuses a page by its words and a cut file by its length', async () => {
    world.server.answers['/page'] = whole(PAGE, {
      'content-type': 'text/html',
    });
    await expect(world.look(world.url('/page'))).resolves.toMatchObject({
      outcome: 'refused',
      code: 'not-an-image',
      message: expect.stringMatching(/HTML page, by its words one to sign in/),
      remedy: expect.stringMatching(/Check the URL/),
    });
    world.server.answers['/cut'] = withRanges(IMAGE.subarray(0, 200_000));
    await expect(world.look(world.url('/cut'))).resolves.toMatchObject({
      outcome: 'refused',
      code: 'image-truncated',
    });
    world.server.answers['/empty'] = status(416, {
      'content-range': 'bytes */0',
    });
    await expect(world.look(world.url('/empty'))).resolves.toMatchObject({
      outcome: 'refused',
      message: 'the file is empty',
    });
  });

  it.each([
    [401, 'needs-credentials', /asks for credentials.*reads no Secrets/],
    [403, 'needs-credentials', /asks for credentials/],
    [404, 'not-found', /no such file/],
    [410, 'not-found', /no such file/],
    [429, 'unreachable', /status 429/],
    [500, 'unreachable', /status 500/],
    [204, 'unreachable', /status 204/],
  ])('status %d: %s', async (code, expected, message) => {
    world.server.answers['/a'] = status(code);
    await expect(world.look(world.url('/a'))).resolves.toEqual({
      outcome: 'unknown',
      code: expected,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/^[A-Z].*[^.]$/),
    });
  });

  it('does not take for a length what is compressed on the way', async () => {
    world.server.answers['/a'] = whole(IMAGE, { 'content-encoding': 'gzip' });
    await expect(world.look(world.url('/a'))).resolves.toMatchObject({
      outcome: 'unknown',
      code: 'compressed',
    });
  });

  it('notices when a file is replaced meanwhile', async () => {
    let asked = 0;
    world.server.answers['/a'] = (request, response) => {
      asked += 1;
      withRanges(VHDX, { etag: `"${asked}"` })(request, response);
    };
    await expect(world.look(world.url('/a'))).resolves.toMatchObject({
      outcome: 'unknown',
      code: 'unreadable',
      message: expect.stringMatching(/replaced while it was looked at/),
    });
  });
});
