import type { ApiClient } from '../../__testUtils__/ApiClient';
import { child, isObject, type Json, type KubeObject } from '../../types';
import { findCase, type Recording } from './recordings';

const NAMESPACE = 'golden-images';
const GOLDEN = 'golden-base-image';
const CLAIMS = `/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`;
const DATA_VOLUMES = `/apis/cdi.kubevirt.io/v1beta1/namespaces/${NAMESPACE}/datavolumes`;

/**
 * Makes what was there before the requests were recorded: two namespaces, a
 * golden image, thirteen more bound claims, and the claim that is updated. It
 * stands in for the controllers that would bind and import.
 *
 * @throws Error when the server refuses some of it
 */
export async function prepareCluster(
  client: ApiClient,
  recordings: Recording[],
) {
  for (const name of [NAMESPACE, 'dev-a']) {
    await make(client, '/api/v1/namespaces', { metadata: { name } });
  }
  const golden = objectOf(
    findCase(recordings, 'datavolume-update', 'GET').response.body,
  );
  const uid = await makeDataVolume(client, golden);
  const list = findCase(recordings, 'list-watch', 'list').response.body;
  const claims = (child(list, 'items') as KubeObject[]).map(objectOf);
  for (const claim of claims) {
    const isGolden = claim.metadata.name === GOLDEN;
    await makeClaim(client, claim, isGolden ? uid : undefined);
  }
  const updated = findCase(recordings, 'pvc-update', 'GET bound PVC');
  await makeClaim(client, objectOf(updated.response.body));
  await makeEvents(client, uid);
}

async function makeDataVolume(client: ApiClient, recorded: KubeObject) {
  const { status, ...object } = recorded;
  const made = await make(client, DATA_VOLUMES, stripped(object));
  await patchStatus(client, `${DATA_VOLUMES}/${GOLDEN}`, status);
  return String(made.metadata.uid);
}

async function makeClaim(
  client: ApiClient,
  recorded: KubeObject,
  ownerUid?: string,
) {
  const { status, ...object } = recorded;
  const { name, ownerReferences } = recorded.metadata;
  const claim = stripped(object);
  if (ownerUid) {
    claim.metadata.ownerReferences = ownerReferences?.map(owner => ({
      ...owner,
      uid: ownerUid,
    }));
  }
  const made = await make(client, CLAIMS, claim);
  await makeVolume(client, recorded, String(made.metadata.uid));
  await patchStatus(client, `${CLAIMS}/${name}`, status);
}

/** Named as recorded, and bound to the claim. */
async function makeVolume(
  client: ApiClient,
  { metadata, spec = {} }: KubeObject,
  uid: string,
) {
  const path = '/api/v1/persistentvolumes';
  const name = String(spec.volumeName);
  await make(client, path, {
    metadata: { name },
    spec: {
      accessModes: spec.accessModes,
      capacity: child(spec, 'resources', 'requests'),
      storageClassName: spec.storageClassName,
      volumeMode: spec.volumeMode,
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: metadata.name,
        namespace: NAMESPACE,
        uid,
      },
      csi: { driver: 'driver.longhorn.io', volumeHandle: name },
    },
  });
  await patchStatus(client, `${path}/${name}`, { phase: 'Bound' });
}

async function makeEvents(client: ApiClient, uid: string) {
  for (const suffix of ['1', '2', '3', '4']) {
    await make(client, `/api/v1/namespaces/${NAMESPACE}/events`, {
      metadata: { name: `${GOLDEN}.${suffix}` },
      involvedObject: {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataVolume',
        name: GOLDEN,
        namespace: NAMESPACE,
        uid,
      },
      reason: 'NotFound',
      message: 'No PVC found',
      type: suffix === '1' ? 'Warning' : 'Normal',
      source: { component: 'datavolume-import-controller' },
      count: 1,
    });
  }
}

async function make(client: ApiClient, path: string, object: Json) {
  const answer = await client.post(path, object);
  if (answer.status !== 201) {
    throw new Error(`POST ${path} answered ${answer.text}`);
  }
  return answer.body;
}

async function patchStatus(client: ApiClient, path: string, status: unknown) {
  const answer = await client.patch(`${path}/status`, { status });
  if (answer.status !== 200) {
    throw new Error(`PATCH ${path}/status answered ${answer.text}`);
  }
}

/** Without what only the recorded server could know. */
function stripped(object: Json) {
  const { name, labels, annotations } =
    object.metadata as KubeObject['metadata'];
  return {
    ...object,
    metadata: { name, labels, annotations } as KubeObject['metadata'],
  };
}

function objectOf(value: unknown): KubeObject {
  if (!isObject(value) || !isObject(value.metadata)) {
    throw new Error('The recording holds no object here');
  }
  return value as unknown as KubeObject;
}
