import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import {
  KubernetesApiError,
  type ClusterClient,
  type KubernetesObject,
} from '../kubernetes';
import { Releaser } from './Releaser';

const terms = {
  namespace: 'images',
  name: 'debian-1',
  kind: 'image' as const,
  requestHash: 'h1',
  requestedBy: 'user:default/dana',
};

function dataVolume(
  annotations: Record<string, string | undefined> = {},
  over: { labels?: Record<string, string>; phase?: string } = {},
): KubernetesObject {
  const all = {
    [ANNOTATIONS.requestHash]: 'h1',
    [ANNOTATIONS.requestedBy]: 'user:default/dana',
    [ANNOTATIONS.onTimeout]: 'delete',
    ...annotations,
  };
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name: 'debian-1',
      namespace: 'images',
      uid: 'u1',
      resourceVersion: '5',
      labels: over.labels ?? { [LABELS.role]: 'golden-image' },
      annotations: Object.fromEntries(
        Object.entries(all).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      ),
    },
    status: { phase: over.phase ?? 'ImportInProgress' },
  };
}

class FakeClient {
  readonly clusterName = 'c1';
  readonly log: string[] = [];
  object?: KubernetesObject;
  refuseDelete: KubernetesApiError[] = [];
  onRefusal: () => void = () => undefined;

  /** The claim and what is behind it, by resource. */
  chain: Record<string, KubernetesObject | KubernetesApiError> = {};

  async get({ type }: { type: { resource: string } }) {
    if (type.resource === 'datavolumes') return this.object;
    const found = this.chain[type.resource];
    if (found instanceof KubernetesApiError) throw found;
    return found;
  }

  async patch(
    _ref: unknown,
    patch: { metadata: { annotations: Record<string, string | null> } },
    precondition: { uid: string; resourceVersion?: string },
  ) {
    const [[key, value]] = Object.entries(patch.metadata.annotations);
    this.log.push(
      `patch ${key.split('/')[1]}=${value} at ${precondition.resourceVersion}`,
    );
    return { metadata: { name: 'debian-1', resourceVersion: '6' } };
  }

  async delete(
    _ref: unknown,
    precondition: { uid: string; resourceVersion?: string },
  ) {
    this.log.push(
      `delete ${precondition.uid} at ${precondition.resourceVersion}`,
    );
    const refusal = this.refuseDelete.shift();
    if (refusal) {
      this.onRefusal();
      throw refusal;
    }
    return true;
  }
}

/** A clone whose claim is bound to a volume that Longhorn copies. */
function clone(
  cloneState: string,
  over: { driver?: string; workloads?: { podName: string }[] } = {},
) {
  const owned = (kind: string, name: string, more: object) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'images', uid: `uid-of-${name}` },
    ...more,
  });
  return {
    persistentvolumeclaims: owned('PersistentVolumeClaim', 'debian-1', {
      metadata: {
        ...dataVolume({}, { labels: { [LABELS.role]: 'clone' } }).metadata,
      },
      spec: {
        volumeName: 'pvc-1',
        dataSource: { kind: 'PersistentVolumeClaim', name: 'debian' },
      },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    }),
    persistentvolumes: owned('PersistentVolume', 'pvc-1', {
      spec: {
        capacity: { storage: '1Gi' },
        csi: {
          driver: over.driver ?? 'driver.longhorn.io',
          volumeHandle: 'pvc-1',
        },
      },
    }),
    volumes: owned('Volume', 'pvc-1', {
      spec: { dataSource: 'vol://pvc-0', size: '1073741824' },
      status: {
        cloneStatus: { state: cloneState, sourceVolume: 'pvc-0' },
        robustness: 'healthy',
        kubernetesStatus: { workloadsStatus: over.workloads },
      },
    }),
  };
}

const policy = () =>
  new KubernetesApiError({
    status: 403,
    message:
      "datavolumes \"debian-1\" is forbidden: ValidatingAdmissionPolicy 'golden-image-deny-delete' with binding 'golden-image-deny-delete' denied request",
  });

describe('Releaser', () => {
  let client: FakeClient;
  let releaser: Releaser;

  beforeEach(() => {
    client = new FakeClient();
    releaser = new Releaser(client as unknown as ClusterClient, () => 0);
  });

  it('deletes what was never ready exactly as it was read', async () => {
    client.object = dataVolume();
    expect(await releaser.release(terms)).toEqual({
      outcome: 'deleted',
      uid: 'u1',
    });
    expect(client.log).toEqual(['delete u1 at 5']);
  });

  it.each([
    ['it does not exist any more', undefined],
    ['it was not made here', dataVolume({}, { labels: {} })],
    [
      'it was not made here',
      dataVolume({ [ANNOTATIONS.requestHash]: undefined }),
    ],
    [
      'it was made by another request',
      dataVolume({ [ANNOTATIONS.requestHash]: 'h2' }),
    ],
    [
      'it was asked for by somebody else',
      dataVolume({ [ANNOTATIONS.requestedBy]: 'user:default/eve' }),
    ],
    [
      'it was asked to be kept',
      dataVolume({ [ANNOTATIONS.onTimeout]: 'keep' }),
    ],
    [
      'it was asked to be kept',
      dataVolume({ [ANNOTATIONS.onTimeout]: undefined }),
    ],
    ['it was ready before', dataVolume({ [ANNOTATIONS.claimUid]: 'claim' })],
    ['it has just been imported', dataVolume({}, { phase: 'Succeeded' })],
  ])('keeps it when %s', async (why, object) => {
    client.object = object;
    expect(await releaser.release(terms)).toEqual({ outcome: 'kept', why });
    expect(client.log).toEqual([]);
  });

  it('deletes a clone that still copies', async () => {
    client.chain = clone('initiated');
    expect(await releaser.release({ ...terms, kind: 'volume' })).toEqual({
      outcome: 'deleted',
      uid: 'u1',
    });
  });

  it.each([
    ['it is usable', clone('completed')],
    ['it is usable', clone('copy-completed-awaiting-healthy')],
    [
      'a workload uses it',
      clone('initiated', { workloads: [{ podName: 'p' }] }),
    ],
    [
      'whether its bytes are there cannot be seen',
      clone('initiated', { driver: 'other.csi' }),
    ],
    [
      'whether its bytes are there cannot be seen',
      {
        ...clone('initiated'),
        volumes: new KubernetesApiError({ status: 403, message: 'no' }),
      },
    ],
  ])('keeps a clone when %s', async (why, chain) => {
    client.chain = chain;
    expect(await releaser.release({ ...terms, kind: 'volume' })).toEqual({
      outcome: 'kept',
      why,
    });
    expect(client.log).toEqual([]);
  });

  it('deletes nothing while the volume cannot be asked for', async () => {
    client.chain = {
      ...clone('initiated'),
      volumes: new KubernetesApiError({ status: 500, message: 'etcd' }),
    };
    await expect(
      releaser.release({ ...terms, kind: 'volume' }),
    ).rejects.toThrow('etcd');
    expect(client.log).toEqual([]);
  });

  it('keeps another object that bears the name now', async () => {
    client.object = dataVolume();
    expect(await releaser.release({ ...terms, uid: 'u0' })).toMatchObject({
      outcome: 'kept',
    });
  });

  const changed = () =>
    new KubernetesApiError({ status: 409, message: 'changed' });

  it('looks again at what has changed, and decides anew', async () => {
    client.object = dataVolume();
    client.refuseDelete = [changed(), changed()];
    expect(await releaser.release(terms)).toMatchObject({ outcome: 'deleted' });
    client.object = dataVolume();
    client.refuseDelete = [changed()];
    client.onRefusal = () => {
      client.object = dataVolume({ [ANNOTATIONS.claimUid]: 'claim' });
    };
    expect(await releaser.release(terms)).toEqual({
      outcome: 'kept',
      why: 'it was ready before',
    });
  });

  it('keeps what does not come to rest', async () => {
    client.object = dataVolume();
    client.refuseDelete = Array.from({ length: 5 }, changed);
    expect(await releaser.release(terms)).toEqual({
      outcome: 'kept',
      why: 'it changes at this moment',
    });
  });

  it('unlocks what the policies protect, then deletes it', async () => {
    client.object = dataVolume();
    client.refuseDelete = [policy()];
    expect(await releaser.release(terms)).toMatchObject({ outcome: 'deleted' });
    expect(client.log).toEqual([
      'delete u1 at 5',
      'patch allow-delete=true at 5',
      'delete u1 at 6',
    ]);
  });

  it('locks it again when it could not be deleted after all', async () => {
    client.object = dataVolume();
    client.refuseDelete = Array.from({ length: 5 }, () => [
      policy(),
      changed(),
    ]).flat();
    expect(await releaser.release(terms)).toMatchObject({ outcome: 'kept' });
    expect(client.log.at(-1)).toBe('patch allow-delete=null at undefined');
  });

  it('does not unlock where a plain right is missing', async () => {
    client.object = dataVolume();
    client.refuseDelete = [
      new KubernetesApiError({ status: 403, message: 'cannot delete' }),
    ];
    await expect(releaser.release(terms)).rejects.toThrow('cannot delete');
    expect(client.log).toEqual(['delete u1 at 5']);
  });
});
