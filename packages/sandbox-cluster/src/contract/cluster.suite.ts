import { randomBytes } from 'node:crypto';
import { KubeClient } from '../controllers';
import { Cache } from '../controllers/kube/Cache';
import { KubeError } from '../controllers/kube/KubeClient';
import {
  RESOURCES,
  type Claim,
  type DataVolume,
  type Kube,
  type PersistentVolume,
} from '../controllers/kube/types';

const kubeconfig = process.env.GOLDEN_IMAGES_CONTRACT_KUBECONFIG;
const imageUrl = process.env.GOLDEN_IMAGES_CONTRACT_IMAGE_URL;
const storageClassName =
  process.env.GOLDEN_IMAGES_CONTRACT_STORAGE_CLASS ?? 'longhorn';
if (!kubeconfig || !imageUrl) {
  throw new Error(
    'Run this suite with "npm run test:cluster", which says which cluster and which image',
  );
}

/**
 * What the product leans on, asked of any cluster with CDI and Longhorn over
 * HTTP alone. Everything happens in a namespace that is removed at the end.
 */
describe('a cluster with CDI and Longhorn', () => {
  const namespace = `golden-images-contract-${randomBytes(4).toString('hex')}`;
  const client = KubeClient.fromFile(kubeconfig);
  const abort = new AbortController();
  const listeners = new Set<() => void>();
  const claims = new Cache<Claim>(client, RESOURCES.claims);
  const dataVolumes = new Cache<DataVolume>(client, RESOURCES.dataVolumes);
  const phases: string[] = [];

  beforeAll(async () => {
    await client.create(RESOURCES.namespaces, {
      metadata: { name: namespace },
    });
    for (const cache of [claims, dataVolumes]) {
      cache.onChange(() => listeners.forEach(listener => listener()));
      await cache.start(abort.signal);
    }
    dataVolumes.onChange((key, { status }) => {
      if (
        key === `${namespace}/image` &&
        status?.phase &&
        phases.at(-1) !== status.phase
      )
        phases.push(status.phase);
    });
  }, 60_000);

  afterAll(async () => {
    abort.abort();
    const found = await client.get(RESOURCES.namespaces, namespace);
    if (found) await client.delete(RESOURCES.namespaces, found);
  });

  function until<T>(ask: () => T | undefined): Promise<T> {
    return new Promise(resolve => {
      const look = () => {
        const found = ask();
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  }

  const bound = (name: string) =>
    until(() => {
      const claim = claims.get(`${namespace}/${name}`);
      return claim?.status?.phase === 'Bound' ? claim : undefined;
    });

  const importOf = (name: string, url: string) => ({
    metadata: {
      name,
      namespace,
      annotations: {
        'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
      },
    },
    spec: {
      source: { http: { url } },
      pvc: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName,
      },
    },
  });

  it('imports an image, in phases that only CDI decides, and binds its claim', async () => {
    await client.create<DataVolume>(
      RESOURCES.dataVolumes,
      importOf('image', imageUrl),
    );
    const claim = await bound('image');
    expect(claim.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'DataVolume',
      controller: true,
    });
    await until(() =>
      dataVolumes.get(`${namespace}/image`)?.status?.phase === 'Succeeded'
        ? true
        : undefined,
    );
    expect(phases.at(-1)).toBe('Succeeded');
    expect(phases).toContain('ImportInProgress');
    const volume = await client.get<PersistentVolume>(
      RESOURCES.volumes,
      claim.spec.volumeName!,
    );
    expect(volume?.spec.claimRef?.uid).toBe(claim.metadata.uid);
  }, 600_000);

  it('clones it to exactly its size', async () => {
    const image = claims.get(`${namespace}/image`)!;
    const created = await client.create<Claim>(RESOURCES.claims, {
      metadata: { name: 'clone', namespace },
      spec: {
        dataSource: {
          apiGroup: '',
          kind: 'PersistentVolumeClaim',
          name: 'image',
        },
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: image.status?.capacity?.storage } },
        storageClassName,
      },
    });
    // A source that the API does not know is dropped without a word.
    expect(created.spec.dataSource?.name).toBe('image');
    await bound('clone');
  }, 600_000);

  it('goes on failing where an image is not there, and never says Failed', async () => {
    await client.create<DataVolume>(
      RESOURCES.dataVolumes,
      importOf('missing', new URL('/no-such-image', imageUrl).href),
    );
    const condition = await until(() =>
      dataVolumes
        .get(`${namespace}/missing`)
        ?.status?.conditions?.find(
          ({ type, reason }) => type === 'Running' && reason === 'Error',
        ),
    );
    expect(condition.message).toContain('expected status code 200, got 404');
    expect(dataVolumes.get(`${namespace}/missing`)?.status?.phase).not.toBe(
      'Failed',
    );
  }, 600_000);

  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error as KubeError).code,
    );

  it('refuses what the product counts on being refused', async () => {
    const again = client.create<DataVolume>(
      RESOURCES.dataVolumes,
      importOf('image', imageUrl),
    );
    expect(await refusal(again)).toBe(409);
    const image = await client.get<DataVolume>(
      RESOURCES.dataVolumes,
      'image',
      namespace,
    );
    const stale = { metadata: { resourceVersion: '1', labels: { a: 'b' } } };
    expect(
      await refusal(client.patch(RESOURCES.dataVolumes, image!, stale)),
    ).toBe(409);
    const spec = {
      spec: { source: { http: { url: 'http://other.example.com/x' } } },
    };
    expect(
      await refusal(client.patch(RESOURCES.dataVolumes, image!, spec)),
    ).toBe(422);
    const nowhere = {
      ...importOf('image', imageUrl),
      metadata: { name: 'image', namespace: `${namespace}-absent` },
    };
    expect(
      await refusal(client.create<DataVolume>(RESOURCES.dataVolumes, nowhere)),
    ).toBe(404);
  });

  it('does not delete a successor by mistake', async () => {
    const image = await client.get<Kube>(
      RESOURCES.dataVolumes,
      'image',
      namespace,
    );
    // The client takes the refusal of a precondition for "gone already".
    await client.delete(RESOURCES.dataVolumes, {
      ...image!,
      metadata: {
        ...image!.metadata,
        uid: '00000000-0000-0000-0000-000000000000',
      },
    });
    expect(
      await client.get(RESOURCES.dataVolumes, 'image', namespace),
    ).toBeDefined();
  });

  it('takes the claim with its DataVolume', async () => {
    await client.delete(
      RESOURCES.dataVolumes,
      dataVolumes.get(`${namespace}/image`)!,
    );
    await until(() => (claims.get(`${namespace}/image`) ? undefined : true));
  }, 600_000);
});
