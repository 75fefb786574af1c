import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeQcow2 } from '@golden-images/sandbox-cluster';
import { startPortal } from './__testUtils__/startPortal';

jest.setTimeout(60_000);

const GIB = 2 ** 30;
const CDI = '/apis/cdi.kubevirt.io/v1beta1/namespaces/golden-images';

describe('size "auto" over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  const lena = () => portal.as('lena');
  const importOf = (name: string, path: string, size = 'auto') => ({
    name,
    source: { http: { url: portal.imageUrl(path) } },
    size,
  });
  const written = async () => {
    const { items } = await portal.kubernetes('GET', `${CDI}/datavolumes`);
    return items.map(
      ({ metadata }: { metadata: { name: string } }) => metadata.name,
    );
  };

  beforeAll(async () => {
    portal = await startPortal();
    const file = (name: string) => join(portal.sandbox.imagesFolder, name);
    await writeQcow2({
      path: file('one-gib.qcow2'),
      virtualBytes: GIB,
      read: (offsetBytes, lengthBytes) =>
        offsetBytes === 0 ? Buffer.alloc(lengthBytes, 'disk') : undefined,
    });
    const whole = await readFile(file('demo-linux.qcow2'));
    await writeFile(file('cut.qcow2'), whole.subarray(0, whole.length / 2));
  });
  afterAll(() => portal.stop());

  it('imports a disk of 1 GiB into 2Gi, and shows what is inside', async () => {
    const made = await lena().post('images', importOf('one', '/one-gib.qcow2'));
    expect(made.status).toBe(202);
    const end = await portal.waitFor(made.body.waitHandle);
    expect(end).toMatchObject({
      outcome: 'usable',
      object: {
        state: 'ready',
        sizes: {
          requestedBytes: 2 * GIB,
          capacityBytes: 2 * GIB,
          diskBytes: GIB,
        },
      },
    });
    const { volumeHandle } = end.object;
    const disk = join(portal.sandbox.disksFolder, volumeHandle, 'disk.img');
    expect((await stat(disk)).size).toBeGreaterThanOrEqual(GIB);
    // The same again is what is there, although nobody looks any more.
    const again = await lena().post(
      'images',
      importOf('one', '/one-gib.qcow2'),
    );
    expect(again.body).toMatchObject({ created: false });
    const seen = await lena().get('images/dev/golden-images/one');
    expect(seen.body.sizes.diskBytes).toBe(GIB);
  });

  it.each([
    ['cut', '/cut.qcow2', 'auto', /source\.http\.url: the file was cut off/],
    ['cut', '/cut.qcow2', '5Gi', /source\.http\.url: the file was cut off/],
    ['page', '/faults/html/x.qcow2', 'auto', /HTML page, by its words one to/],
    ['page', '/faults/html/x.qcow2', '5Gi', /HTML page/],
    [
      'login',
      '/faults/login/x.qcow2',
      'auto',
      /HTML page.*\(after a redirect to http:.*\/faults\/html\/login\)/,
    ],
    ['sums', '/SHA256SUMS', 'auto', /a text of \d+ bytes, not an image/],
    [
      'gone',
      '/faults/404/x.qcow2',
      'auto',
      /size: "auto" is not.*no such file/,
    ],
    ['broken', '/faults/500/x.qcow2', 'auto', /size: "auto" is not.*500/],
    [
      'small',
      '/one-gib.qcow2',
      '1023Mi',
      /size: the disk inside has 1Gi, which does not fit into 1023Mi; ask for "2Gi"/,
    ],
  ])('refuses %s (%s, %s) before anything is written', async (...row) => {
    const [name, path, size, message] = row;
    const asked = importOf(name, path, size);
    const made = await lena().post('images', asked);
    expect(made.status).toBe(400);
    expect(made.body.error.message).toMatch(message);
    const checked = await lena().post('preflight', { import: asked });
    expect(checked.body).toMatchObject({
      ok: false,
      facts: { image: { sentences: expect.any(Array) } },
    });
    expect(await written()).not.toContain(name);
  });

  it('asks for the size where the server is not there', async () => {
    const closed = { http: { url: portal.closedUrl } };
    const asked = { ...importOf('closed', ''), source: closed };
    const made = await lena().post('images', asked);
    expect(made.status).toBe(400);
    expect(made.body.error.message).toMatch(
      /size: "auto" is not possible: Backstage cannot reach "127\.0\.0\.1:\d+": it refuses connections. Give the size/,
    );
  });

  it('looks without importing, for whom it may concern', async () => {
    const { source } = importOf('', '/demo-linux.qcow2');
    await expect(
      lena().post('images/probe', { source, volumeMode: 'Block' }),
    ).resolves.toEqual({
      status: 200,
      body: {
        outcome: 'known',
        format: 'qcow2',
        virtualSizeBytes: 64 * 2 ** 20,
        autoSize: '1Gi',
        verified: 'none',
        sentences: [],
      },
    });
    const refused = await portal.as('dora').post('images/probe', { source });
    expect(refused.status).toBe(403);
    const wrong = await lena().post('images/probe', { source, size: '1Gi' });
    expect(wrong.status).toBe(400);
  });
});
