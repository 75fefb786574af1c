import type {
  ClusterClient,
  KubernetesObject,
  ObjectRef,
} from './ClusterClient';
import { readNamed } from './readNamed';

const PLACE = { namespace: 'dev-a', name: 'disk' };
const object = (kind: string, owner?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    ...PLACE,
    ownerReferences: owner
      ? [
          {
            apiVersion: 'v1',
            kind: owner,
            name: 'disk',
            uid: 'owner',
            controller: true,
          },
        ]
      : undefined,
  },
});

/** Answers each kind with one thing after the other. */
function clusterWith(
  answers: Record<string, (KubernetesObject | undefined)[]>,
) {
  const asked: string[] = [];
  const get = async ({ type }: ObjectRef) => {
    asked.push(type.resource);
    return answers[type.resource].shift();
  };
  return { client: { get } as unknown as ClusterClient, asked };
}

describe('what bears one name', () => {
  it('is read in one go', async () => {
    const { client, asked } = clusterWith({
      datavolumes: [object('DataVolume')],
      persistentvolumeclaims: [object('PersistentVolumeClaim', 'DataVolume')],
    });
    expect(await readNamed(client, PLACE)).toEqual({
      dataVolume: object('DataVolume'),
      claim: object('PersistentVolumeClaim', 'DataVolume'),
    });
    expect(asked).toHaveLength(2);
  });

  it('has its DataVolume, also where both were made between the reads', async () => {
    const { client } = clusterWith({
      datavolumes: [undefined, object('DataVolume')],
      persistentvolumeclaims: [object('PersistentVolumeClaim', 'DataVolume')],
    });
    expect(await readNamed(client, PLACE)).toMatchObject({
      dataVolume: { kind: 'DataVolume' },
    });
  });

  it('is a claim alone where its DataVolume is gone, and where it never had one', async () => {
    const gone = clusterWith({
      datavolumes: [undefined, undefined],
      persistentvolumeclaims: [object('PersistentVolumeClaim', 'DataVolume')],
    });
    const { dataVolume } = await readNamed(gone.client, PLACE);
    expect(dataVolume).toBeUndefined();
    const plain = clusterWith({
      datavolumes: [undefined],
      persistentvolumeclaims: [object('PersistentVolumeClaim')],
    });
    await readNamed(plain.client, PLACE);
    expect(plain.asked).toHaveLength(2);
  });
});
