import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startPortal } from './__testUtils__/startPortal';

jest.setTimeout(60_000);

const CORE = '/api/v1/namespaces';
const CDI = '/apis/cdi.kubevirt.io/v1beta1';
const SNAPSHOTS = '/apis/snapshot.storage.k8s.io/v1';
const PREFIX = 'golden-images.backstage.io/';

interface Snapshot {
  metadata: { name: string };
  status?: { readyToUse?: boolean; error?: { message?: string } };
}

describe('images of claims and snapshots, over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  let golden: { volumeHandle: string; uid: string };
  let disk: { volumeHandle: string; uid: string };

  /** Olga owns the images and team-a, Lena only the images. */
  const made = async (name: string, change: object, person = 'olga') => {
    const answer = await portal
      .as(person)
      .post('images', { name, version: '1', size: 'auto', ...change });
    if (answer.status !== 202) return { ...answer, end: undefined };
    const end = await portal.waitFor(answer.body.waitHandle);
    return { ...answer, end };
  };
  const sha256 = async ({ volumeHandle }: { volumeHandle: string }) => {
    const hash = createHash('sha256');
    const file = join(portal.sandbox.disksFolder, volumeHandle, 'disk.img');
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex');
  };
  const snapshotOf = (name: string, className = 'longhorn-snap') =>
    portal.kubernetes(
      'POST',
      `${SNAPSHOTS}/namespaces/team-a/volumesnapshots`,
      {
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshot',
        metadata: { name },
        spec: {
          volumeSnapshotClassName: className,
          source: { persistentVolumeClaimName: 'orders-disk' },
        },
      },
    );
  const snapshotUntil = (
    name: string,
    isEnough: (status: NonNullable<Snapshot['status']>) => boolean,
  ) =>
    portal.sandbox.until<Snapshot>(
      `${SNAPSHOTS}/namespaces/team-a/volumesnapshots`,
      ({ metadata, status }) =>
        metadata.name === name && status !== undefined && isEnough(status),
    );
  const dataVolume = (name: string) =>
    portal.kubernetes(
      'GET',
      `${CDI}/namespaces/golden-images/datavolumes/${name}`,
    );

  beforeAll(async () => {
    portal = await startPortal();
    const sums = await fetch(portal.imageUrl('/SHA256SUMS'));
    const [sum] = /^[0-9a-f]{64}(?=\s+demo-linux\.qcow2)/m.exec(
      await sums.text(),
    )!;
    const image = await made('golden', {
      source: {
        http: {
          url: portal.imageUrl('/demo-linux.qcow2'),
          checksum: `sha256:${sum}`,
        },
      },
      size: '128Mi',
    });
    golden = image.end.object;
    const clone = await portal.as('dora').post('volumes', {
      image: { name: 'golden', version: '1' },
      namespace: 'team-a',
      name: 'orders-disk',
      entityRef: 'component:default/orders',
    });
    disk = (await portal.waitFor(clone.body.waitHandle)).object;
    const file = await open(
      join(portal.sandbox.disksFolder, disk.volumeHandle, 'disk.img'),
      'r+',
    );
    await file.write(Buffer.from('installed by team-a'), 0, 19, 8192);
    await file.close();
    await portal.kubernetes('POST', `${SNAPSHOTS}/volumesnapshotclasses`, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'longhorn-snap' },
      driver: 'driver.longhorn.io',
      deletionPolicy: 'Delete',
      parameters: { type: 'snap' },
    });
  });
  afterAll(() => portal.stop());

  it('a claim of another namespace: its size, its bytes, not verified', async () => {
    const source = { pvc: { namespace: 'team-a', name: 'orders-disk' } };
    const { body, end } = await made('from-claim', { source });
    expect(body.warnings).toEqual([
      expect.stringMatching(/nothing tells whether claim "orders-disk" holds/),
    ]);
    expect(end).toMatchObject({
      outcome: 'usable',
      object: {
        state: 'ready',
        verified: 'none',
        source: { type: 'pvc', namespace: 'team-a', name: 'orders-disk' },
        sizes: { capacityBytes: 128 * 2 ** 20 },
      },
    });
    expect(await sha256(end.object)).toBe(await sha256(disk));
    expect(await sha256(end.object)).not.toBe(await sha256(golden));
    const { metadata, spec } = await dataVolume('from-claim-1');
    expect(metadata.annotations[`${PREFIX}source-uid`]).toBe(disk.uid);
    expect(spec).toEqual({
      source,
      pvc: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        storageClassName: 'longhorn',
        resources: { requests: { storage: '128Mi' } },
      },
    });
    const again = await made('from-claim', { source });
    expect(again.body).toMatchObject({ created: false });
  });

  it('a snapshot: the bytes of its moment, also after the claim has changed', async () => {
    await snapshotOf('before');
    await snapshotUntil('before', ({ readyToUse }) => readyToUse === true);
    const asTaken = await sha256(disk);
    const file = await open(
      join(portal.sandbox.disksFolder, disk.volumeHandle, 'disk.img'),
      'r+',
    );
    await file.write(Buffer.from('broken by an upgrade'), 0, 20, 8192);
    await file.close();
    const { end } = await made('from-snapshot', {
      source: { snapshot: { namespace: 'team-a', name: 'before' } },
    });
    expect(end).toMatchObject({
      outcome: 'usable',
      object: { state: 'ready', source: { type: 'snapshot', name: 'before' } },
    });
    expect(await sha256(end.object)).toBe(asTaken);
    expect(await sha256(disk)).not.toBe(asTaken);
    const current = await portal.until(
      () => portal.as('dora').get('images/dev/golden-images/from-snapshot-1'),
      ({ body }) => body.current,
    );
    expect(current.body.verified).toBe('none');
  });

  it('a golden image: by whoever keeps the images, and as verified as that is', async () => {
    const { end, body } = await made(
      'copied',
      { source: { pvc: { name: 'golden-1' } }, size: '256Mi' },
      'lena',
    );
    expect(body.warnings).toEqual([
      expect.stringMatching(/grows from 128Mi to 256Mi/),
    ]);
    expect(end.object).toMatchObject({
      verified: 'checksum',
      sizes: { capacityBytes: 256 * 2 ** 20 },
    });
    expect(await sha256(end.object)).toBe(await sha256(golden));
  });

  it.each([
    ['claim', { pvc: { namespace: 'team-a', name: 'orders-disk' } }],
    ['claim that is not there', { pvc: { namespace: 'team-a', name: 'no' } }],
    ['snapshot', { snapshot: { namespace: 'team-a', name: 'before' } }],
  ])('no %s of somebody else', async (_name, source) => {
    const { status, body } = await made('stolen', { source }, 'lena');
    expect(status).toBe(403);
    expect(body.error.message).toMatch(
      /"team-a" .* belongs to group:default\/team-a, not to user:default\/lena/,
    );
    const list = await portal.kubernetes(
      'GET',
      `${CDI}/namespaces/golden-images/datavolumes`,
    );
    expect(
      list.items.map((item: Snapshot) => item.metadata.name),
    ).not.toContain('stolen-1');
  });

  it('none of less than the source, nor of what is not there or not ready', async () => {
    const pvc = { namespace: 'team-a', name: 'orders-disk' };
    const small = await made('small', { source: { pvc }, size: '64Mi' });
    expect(small.status).toBe(400);
    expect(small.body.error.message).toMatch(
      /size: must be at least that of the claim, 128Mi/,
    );
    const { body } = await portal.as('olga').post('preflight', {
      import: {
        name: 'small',
        version: '1',
        source: { snapshot: { namespace: 'team-a', name: 'nothing' } },
        size: 'auto',
      },
    });
    expect(body).toMatchObject({
      ok: false,
      problems: [{ field: 'source.snapshot.name', code: 'source-missing' }],
    });
    await snapshotOf('unclassed', 'no-such-class');
    await snapshotUntil('unclassed', ({ error }) => error !== undefined);
    const unready = await made('small', {
      source: { snapshot: { namespace: 'team-a', name: 'unclassed' } },
    });
    expect(unready.status).toBe(400);
    expect(unready.body.error.message).toMatch(
      /"team-a\/unclassed" is not ready to use: .*no-such-class.* not found/,
    );
  });

  it('none of a clone that is not finished; and it is not ready itself before it is', async () => {
    const claims = `${CORE}/golden-images/persistentvolumeclaims`;
    await portal.kubernetes('POST', CORE, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'sandbox-system' },
    });
    const faults = `${CORE}/sandbox-system/configmaps`;
    await portal.kubernetes('POST', faults, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sandbox-faults' },
      data: { 'copy-fails': 'true' },
    });
    const clone = await portal.as('lena').post('volumes', {
      image: { name: 'golden', version: '1' },
      namespace: 'golden-images',
      name: 'half',
      onTimeout: 'keep',
    });
    expect(clone.status).toBe(202);
    await portal.until(
      () => portal.as('lena').get('volumes/dev/golden-images/half'),
      ({ body }) => body.state === 'failing',
    );
    const claim = await portal.kubernetes('GET', `${claims}/half`);
    expect(claim.status.phase).toBe('Bound');
    const half = await made('half-image', {
      source: { pvc: { name: 'half' } },
    });
    expect(half.status).toBe(400);
    expect(half.body.error.message).toMatch(
      /"golden-images\/half" cannot be copied now/,
    );

    const profile = `${CDI}/storageprofiles/longhorn`;
    await portal.kubernetes('PATCH', profile, {
      spec: { cloneStrategy: 'csi-clone' },
    });
    const direct = await portal.as('olga').post('images', {
      name: 'direct',
      version: '1',
      source: { pvc: { namespace: 'team-a', name: 'orders-disk' } },
      size: 'auto',
      onTimeout: 'keep',
    });
    const path = 'images/dev/golden-images/direct-1';
    const failing = await portal.until(
      () => portal.as('olga').get(path),
      ({ body }) => body.state === 'failing',
    );
    expect(failing.body).toMatchObject({
      reason: 'copy-failed',
      current: false,
    });
    expect((await dataVolume('direct-1')).status.phase).toBe('Succeeded');
    await portal.kubernetes('PATCH', `${faults}/sandbox-faults`, {
      data: { 'copy-fails': 'false' },
    });
    const ready = await portal.until(
      () => portal.as('olga').get(path),
      ({ body }) => body.state === 'ready',
    );
    expect(direct.status).toBe(202);
    expect(await sha256(ready.body)).toBe(await sha256(disk));
  });
});
