import {
  Quantity,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../../config/types';
import { RESOURCES, type ClusterClient } from '../../kubernetes/ClusterClient';
import { KubernetesApiError } from '../../kubernetes/KubernetesApiError';
import { clusterText } from '../clusterText';
import type { Preflight, Verdict } from '../preflight';
import type { Tracking } from '../../tracking';
import type {
  FoundOrigin,
  OriginRef,
  SnapshotContentObject,
  VolumeSnapshotObject,
} from './types';

const VOLUME_MODES = ['Filesystem', 'Block'] as const;

/** VolumeSnapshots that images are made of. */
export class SnapshotOrigins {
  readonly #tracking: Tracking;
  readonly #preflight: Preflight;

  constructor(options: { tracking: Tracking; preflight: Preflight }) {
    this.#tracking = options.tracking;
    this.#preflight = options.preflight;
  }

  /** @returns `undefined` after adding why it cannot be restored */
  async find(
    ref: OriginRef,
    cluster: ClusterConfig,
    verdict: Verdict,
  ): Promise<FoundOrigin | undefined> {
    const client = this.#tracking.client(cluster.name);
    const { field, namespace, name } = ref;
    const snapshot = await client.get<VolumeSnapshotObject>({
      type: RESOURCES.volumeSnapshots,
      namespace,
      name,
    });
    if (!snapshot) {
      verdict.problems.add(await missing(client, ref, cluster));
      return undefined;
    }
    const problem = whyNot(snapshot, ref);
    const size = Quantity.tryParse(snapshot.status?.restoreSize);
    if (problem || !size) {
      verdict.problems.add(
        problem ?? {
          field,
          code: 'image-size-unknown',
          message: `"${namespace}/${name}" does not say how large what is restored from it must be`,
          remedy: 'take another snapshot',
        },
      );
      return undefined;
    }
    const content = await this.#content(client, snapshot, verdict);
    const handle = parseHandle(content?.status?.snapshotHandle);
    const driver = await this.#driver(cluster, snapshot, content, verdict);
    verdict.warn(
      await this.#restoreWarning(cluster, snapshot, content, handle?.type),
    );
    verdict.problems.add(
      await this.#grown(cluster, ref, size, handle?.volumeHandle),
    );
    return {
      origin: {
        kind: 'snapshot',
        namespace,
        name,
        uid: snapshot.metadata.uid ?? '',
        size,
        volumeMode: VOLUME_MODES.find(
          mode => mode === content?.spec.sourceVolumeMode,
        ),
      },
      volume: { driver, volumeHandle: handle?.volumeHandle },
    };
  }

  /** Cluster-wide, and perhaps not for our account to read. */
  async #content(
    client: ClusterClient,
    { metadata, status }: VolumeSnapshotObject,
    verdict: Verdict,
  ): Promise<SnapshotContentObject | undefined> {
    const name = status?.boundVolumeSnapshotContentName ?? '';
    const type = RESOURCES.snapshotContents;
    try {
      const found = await client.get<SnapshotContentObject>({ type, name });
      const { uid } = found?.spec.volumeSnapshotRef ?? {};
      return uid === metadata.uid ? found : undefined;
    } catch (error) {
      if (!(error instanceof KubernetesApiError && error.status === 403)) {
        throw error;
      }
      verdict.valueOf('the snapshot', {
        known: false,
        why: `the account of this backend may not get ${type.resource}.${type.group}`,
      });
      return undefined;
    }
  }

  async #driver(
    cluster: ClusterConfig,
    snapshot: VolumeSnapshotObject,
    content: SnapshotContentObject | undefined,
    verdict: Verdict,
  ): Promise<string | undefined> {
    if (content?.spec.driver) return content.spec.driver;
    const found = await this.#snapshotClass(cluster, snapshot, content);
    return verdict.valueOf('the snapshot class', found)?.driver;
  }

  async #snapshotClass(
    cluster: ClusterConfig,
    { spec }: VolumeSnapshotObject,
    content: SnapshotContentObject | undefined,
  ) {
    const name =
      content?.spec.volumeSnapshotClassName ?? spec.volumeSnapshotClassName;
    const classes = await this.#preflight.facts(cluster.name).snapshotClasses();
    return classes.known
      ? {
          known: true as const,
          value: classes.value.find(each => each.name === name),
        }
      : classes;
  }

  /** Without `type: snap` Longhorn's snapshots are backups on a remote target, or backing images (Longhorn 1.12). */
  async #restoreWarning(
    cluster: ClusterConfig,
    snapshot: VolumeSnapshotObject,
    content: SnapshotContentObject | undefined,
    type: string | undefined,
  ): Promise<string | undefined> {
    const found = await this.#snapshotClass(cluster, snapshot, content);
    const value = found.known ? found.value : undefined;
    const kind = type ?? (value && (value.type ?? 'bak'));
    if (kind === undefined || kind === 'snap') return undefined;
    const { namespace, name } = snapshot.metadata;
    return kind === 'bi'
      ? `"${namespace}/${name}" is a backing image: the volume that is made of it depends on that for ever.`
      : `"${namespace}/${name}" is a backup: the image restores from a backup, which needs the backup target and may take long.`;
  }

  /** Longhorn restores only to the size that the volume has now (Longhorn 1.12). */
  async #grown(
    cluster: ClusterConfig,
    { field, namespace, name }: OriginRef,
    size: Quantity,
    handle: string | undefined,
  ): Promise<Problem | undefined> {
    if (handle === undefined) return undefined;
    const volume = await this.#preflight
      .facts(cluster.name)
      .sourceVolume(handle);
    const bytes = volume.known ? volume.value.sizeBytes : undefined;
    return bytes === undefined || bytes === size.bytes
      ? undefined
      : {
          field,
          code: 'image-resizing',
          message: `the volume of "${namespace}/${name}" has ${Quantity.ofBytes(
            bytes,
          )} now, and Longhorn does not restore the ${size} that it had`,
          remedy: 'take another snapshot',
        };
  }
}

function whyNot(
  { metadata, status }: VolumeSnapshotObject,
  { field, namespace, name }: OriginRef,
): Problem | undefined {
  if (metadata.deletionTimestamp !== undefined) {
    return {
      field,
      code: 'source-not-ready',
      message: `"${namespace}/${name}" is being deleted`,
      remedy: 'choose another one',
    };
  }
  if (!status?.readyToUse || !status.boundVolumeSnapshotContentName) {
    const why = status?.error?.message;
    return {
      field,
      code: 'source-not-ready',
      message: `"${namespace}/${name}" is not ready to use${
        why ? `: ${clusterText(why)}` : ''
      }`,
      remedy: 'Wait until it is ready, or take another snapshot.',
    };
  }
  return undefined;
}

/** A name that is not there, or a cluster that has no snapshots at all. */
async function missing(
  client: ClusterClient,
  { field, namespace, name }: OriginRef,
  cluster: ClusterConfig,
): Promise<Problem> {
  try {
    await client.list(RESOURCES.volumeSnapshots, { namespace, limit: 1 });
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    if (error.status === 404) {
      return {
        field,
        code: 'snapshots-not-served',
        message: `cluster "${cluster.name}" has no VolumeSnapshots (snapshot.storage.k8s.io/v1)`,
        remedy:
          'an administrator can install the CSI snapshot controller and its definitions; copy the claim itself meanwhile',
      };
    }
    if (error.status !== 403) throw error;
  }
  return {
    field: `${field}.name`,
    code: 'source-missing',
    message: `there is no VolumeSnapshot "${name}" in namespace "${namespace}" of cluster "${cluster.name}"`,
  };
}

/** `snap://VOLUME/SNAPSHOT`, `bak://…` or `bi://…` (Longhorn 1.12). */
function parseHandle(
  handle: string | undefined,
): { type: string; volumeHandle?: string } | undefined {
  const match = /^(snap|bak|bi):\/\/([^/?]+)/.exec(handle ?? '');
  if (!match) return undefined;
  const [, type, volumeHandle] = match;
  return type === 'snap' ? { type, volumeHandle } : { type };
}
