import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startPortal } from './__testUtils__/startPortal';

jest.setTimeout(60_000);

const PREFIX = 'golden-images.backstage.io/';
const CDI = '/apis/cdi.kubevirt.io/v1beta1/namespaces';

describe('a portal over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  const importOf = (name: string, change: object = {}) => ({
    name,
    version: '1',
    source: { http: { url: portal.imageUrl('/demo-linux.qcow2') } },
    size: '128Mi',
    ...change,
  });

  async function imported(name: string) {
    const made = await portal.as('lena').post('images', importOf(name));
    expect(made.status).toBe(202);
    const end = await portal.waitFor(made.body.waitHandle);
    expect(end).toMatchObject({ outcome: 'usable', stage: 'usable' });
    return end.object;
  }

  async function diskOf(volume: { volumeHandle: string }) {
    const file = join(
      portal.sandbox.disksFolder,
      volume.volumeHandle,
      'disk.img',
    );
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    const { size } = await stat(file);
    return { size, sha256: hash.digest('hex') };
  }

  it('imports, moves the alias, clones, and the clones are equal and usable', async () => {
    const image = await imported('linux');
    expect(image).toMatchObject({
      state: 'ready',
      ours: true,
      sizes: { capacityBytes: 128 * 2 ** 20 },
    });
    const current = await portal.until(
      () => portal.as('dora').get('images/dev/golden-images/linux-1'),
      ({ body }) => body.current,
    );
    expect(current.body).toMatchObject({ image: 'linux', version: '1' });
    const path = `${CDI}/golden-images`;
    const alias = await portal.kubernetes('GET', `${path}/datasources/linux`);
    expect(alias.spec.source.pvc).toEqual({
      namespace: 'golden-images',
      name: 'linux-1',
    });
    const made = await portal.kubernetes('GET', `${path}/datavolumes/linux-1`);
    expect(made.metadata.annotations).toMatchObject({
      [`${PREFIX}claim-uid`]: image.uid,
      [`${PREFIX}volume-handle`]: image.volumeHandle,
    });

    const plain = await portal.as('lena').post('volumes', {
      image: { name: 'linux' },
      namespace: 'golden-images',
      name: 'scratchpad',
    });
    expect(plain.status).toBe(202);
    const other = await portal.as('dora').post('volumes', {
      image: { name: 'linux' },
      namespace: 'team-a',
      name: 'orders-disk',
      entityRef: 'component:default/orders',
    });
    expect(other.status).toBe(202);
    const ends = await Promise.all([
      portal.waitFor(plain.body.waitHandle),
      portal.waitFor(other.body.waitHandle),
    ]);
    expect(ends).toEqual([
      expect.objectContaining({ outcome: 'usable', sentence: 'Ready to use' }),
      expect.objectContaining({ outcome: 'usable', sentence: 'Ready to use' }),
    ]);
    const disks = await Promise.all(
      [image, ends[0].object, ends[1].object].map(diskOf),
    );
    expect(disks[1]).toEqual(disks[0]);
    expect(disks[2]).toEqual(disks[0]);
    expect(disks[0].size).toBeGreaterThan(64 * 2 ** 20);
    expect(
      new Set([image, ...ends.map(end => end.object)].map(o => o.volumeHandle))
        .size,
    ).toBe(3);

    const claims = '/api/v1/namespaces/golden-images/persistentvolumeclaims';
    const claim = await portal.kubernetes('GET', `${claims}/scratchpad`);
    expect(claim.spec.dataSource).toMatchObject({
      kind: 'PersistentVolumeClaim',
      name: 'linux-1',
    });
    const card = await portal
      .as('emil')
      .get('volumes?entityRef=component:default/orders');
    expect(card.body.items).toEqual([
      expect.objectContaining({
        name: 'orders-disk',
        state: 'usable',
        owner: 'group:default/team-a',
        source: expect.objectContaining({ image: 'linux', version: '1' }),
      }),
    ]);
    expect(card.body.items[0]).not.toHaveProperty('attachedBy');
  });

  it('makes one object however often and at the same time it is asked', async () => {
    const lena = portal.as('lena');
    const imports = await Promise.all(
      Array.from({ length: 4 }, () => lena.post('images', importOf('twice'))),
    );
    expect(imports.map(answer => answer.status)).toEqual([202, 202, 202, 202]);
    expect(imports.filter(answer => answer.body.created)).toHaveLength(1);
    await portal.waitFor(imports[0].body.waitHandle);
    const again = await lena.post('images', importOf('twice'));
    expect(again.body).toMatchObject({
      created: false,
      image: { state: 'ready' },
    });
    const clone = {
      image: { name: 'twice', version: '1' },
      namespace: 'team-a',
      name: 'twice-disk',
    };
    const dora = portal.as('dora');
    const clones = await Promise.all(
      Array.from({ length: 4 }, () => dora.post('volumes', clone)),
    );
    expect(clones.map(answer => answer.status)).toEqual([202, 202, 202, 202]);
    expect(clones.filter(answer => answer.body.created)).toHaveLength(1);
    const { items } = await portal.kubernetes(
      'GET',
      `${CDI}/team-a/datavolumes`,
    );
    expect(
      items.filter(
        (item: { metadata: { name: string } }) =>
          item.metadata.name === 'twice-disk',
      ),
    ).toHaveLength(1);
    for (const answer of clones) {
      await expect(
        portal.waitFor(answer.body.waitHandle),
      ).resolves.toMatchObject({ outcome: 'usable' });
    }
  });

  it('names the difference to what has the name', async () => {
    const lena = portal.as('lena');
    await imported('taken');
    const larger = await lena.post(
      'images',
      importOf('taken', { size: '256Mi', replaceFailed: true }),
    );
    expect(larger.status).toBe(409);
    expect(larger.body.error.message).toMatch(
      /size was "128Mi", now "256Mi".*ready once, so its name is taken for good/,
    );
    const foreign = await lena.post('images', {
      ...importOf('tak'),
      name: 'taken-1',
      version: undefined,
    });
    expect(foreign.status).toBe(409);
    expect(foreign.body.error.message).toMatch(
      /belongs to image "taken" version "1"/,
    );
  });

  it('clones into a larger volume', async () => {
    await imported('small');
    const made = await portal.as('dora').post('volumes', {
      image: { name: 'small', version: '1' },
      namespace: 'team-a',
      name: 'large-disk',
      size: '256Mi',
    });
    await expect(portal.waitFor(made.body.waitHandle)).resolves.toMatchObject({
      outcome: 'usable',
      object: { sizes: { capacityBytes: 256 * 2 ** 20 } },
    });
  });

  it('writes nothing in a dry run', async () => {
    const made = await portal
      .as('lena')
      .post('images?dryRun=true', importOf('dry'));
    expect(made.status).toBe(202);
    const list = await portal.kubernetes(
      'GET',
      `${CDI}/golden-images/datavolumes`,
    );
    expect(
      list.items.map((item: { metadata: { name: string } }) => item.metadata),
    ).not.toContainEqual(expect.objectContaining({ name: 'dry-1' }));
  });
});
