import {
  ANNOTATIONS,
  LABELS,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { FakeCluster } from './__testUtils__/FakeCluster';
import { as, createWorld } from './__testUtils__/world';

const SHA = `sha256:${'a'.repeat(64)}`;
const request: ImportRequest = {
  name: 'ubuntu',
  version: '2',
  source: { http: { url: 'https://images.example/u', checksum: SHA } },
  size: '10Gi',
};
const KEY = { cluster: 'dev', namespace: 'golden-images', name: 'ubuntu-2' };
const READY = 'Ready (verified: checksum)';
const NEVER = `${READY}. It does not become the current version of ubuntu: `;

function putAlias(
  cluster: FakeCluster,
  target: string | undefined,
  annotations: Record<string, string>,
) {
  cluster.put(RESOURCES.dataSources, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataSource',
    metadata: {
      name: 'ubuntu',
      namespace: KEY.namespace,
      labels: { [LABELS.role]: 'golden-image' },
      annotations,
    },
    spec: {
      source: target ? { pvc: { namespace: KEY.namespace, name: target } } : {},
    },
  });
}
const used = (...versions: string[]) => ({
  [ANNOTATIONS.usedVersions]: JSON.stringify(versions),
});

/** Version 2 is ready; version 1 is current, and the controller has not decided yet. */
async function ready(
  change: Partial<ImportRequest> = {},
  requireVerified?: boolean,
) {
  const world = createWorld({
    clusters: [
      {
        name: 'dev',
        connection: { type: 'in-cluster' },
        scope: 'cluster',
        imageNamespaces: ['golden-images'],
        namespaces: [{ name: 'golden-images', requireVerified }],
      },
    ],
  });
  const { waitHandle } = await world.images.import(
    { ...request, ...change },
    { ...as('lena'), dryRun: false },
  );
  world.tracking.states.set('dev/golden-images/ubuntu-2', {
    state: 'ready',
    verified: 'checksum',
  });
  putAlias(world.cluster, 'ubuntu-1', used('1'));
  await world.tracking.refresh(KEY);
  const status = () => world.waits.status({ waitHandle: waitHandle! });
  return { ...world, status };
}

describe('a wait for a version that is ready', () => {
  it('goes on until the alias points at it', async () => {
    const { status, cluster } = await ready();
    await expect(status()).resolves.toMatchObject({
      outcome: 'waiting',
      stage: 'copied',
      sentence: `${READY}, and about to become the current version of ubuntu`,
      object: { state: 'ready', current: false },
    });
    putAlias(cluster, 'ubuntu-2', used('1', '2'));
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence: READY,
      object: { current: true },
    });
  });

  it('goes on while there is no alias at all', async () => {
    const { status, cluster } = await ready();
    cluster.remove({
      type: RESOURCES.dataSources,
      namespace: KEY.namespace,
      name: 'ubuntu',
    });
    await expect(status()).resolves.toMatchObject({ outcome: 'waiting' });
  });

  it('ends without the alias where that was not asked for', async () => {
    const { status } = await ready({ setCurrent: false });
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence: `${NEVER}that was not asked for`,
      object: { current: false },
    });
  });

  it.each([
    [
      'is pinned',
      'ubuntu-1',
      { [ANNOTATIONS.pinned]: 'true', ...used('1', '2') },
      'ubuntu-1 is pinned, and stays until somebody moves it',
    ],
    [
      'points at a newer one',
      'ubuntu-3',
      used('1', '2', '3'),
      'ubuntu-3 became it since',
    ],
    [
      'was withdrawn',
      undefined,
      used('1', '2'),
      'the current version was withdrawn',
    ],
  ])('ends when the alias %s', async (_name, target, annotations, why) => {
    const { status, cluster } = await ready();
    putAlias(cluster, target, annotations);
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence: `${NEVER}${why}`,
    });
  });

  it('ends when the alias is somebody else’s', async () => {
    const { status, cluster } = await ready();
    putAlias(cluster, 'ubuntu-1', {});
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence: `${NEVER}the DataSource golden-images/ubuntu was not made here and is left alone`,
    });
  });

  it('ends when it is being retired', async () => {
    const { status, tracking } = await ready();
    tracking.states.set('dev/golden-images/ubuntu-2', {
      state: 'ready',
      retirement: {},
    });
    await tracking.refresh(KEY);
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence:
        'Being retired. It does not become the current version of ubuntu: it is being retired',
    });
  });

  it('ends when its bytes must be verified and are not', async () => {
    const { status, tracking } = await ready({}, true);
    await expect(status()).resolves.toMatchObject({ outcome: 'waiting' });
    tracking.states.set('dev/golden-images/ubuntu-2', {
      state: 'ready',
      verified: 'none',
    });
    await tracking.refresh(KEY);
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence:
        'Ready (bytes not verified). It does not become the current version of ubuntu: its bytes are not verified, which goldenImages.imports.requireVerified demands here',
    });
  });

  it.each([
    ['patch datasources golden-images', 'patch datasources'],
    ['patch datavolumes golden-images', 'patch datavolumes'],
  ])('ends when the account may not %s', async (right, words) => {
    const { status, cluster } = await ready();
    cluster.lacking.add(right);
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence: `${NEVER}the account of the backend may not ${words} in golden-images`,
    });
  });

  it('goes on while the cluster does not answer, and ends when it refuses to say', async () => {
    const { status, cluster } = await ready();
    cluster.refuseNext('get', 'datasources', { status: 0, message: 'x' });
    await expect(status()).resolves.toMatchObject({ outcome: 'waiting' });
    cluster.refuseNext('get', 'datasources', { status: 403, message: 'no' });
    await expect(status()).resolves.toMatchObject({
      outcome: 'usable',
      sentence: `${READY}. Whether it is the current version cannot be seen: no`,
    });
  });
});
