import { join } from 'node:path';
import { copyDisk } from '../../bytes';
import { LONGHORN_NAMESPACE, scaled, type Context } from '../Context';
import {
  parseSnapshotHandle,
  type LonghornSnapshot,
  type VolumeSnapshot,
  type VolumeSnapshotClass,
  type VolumeSnapshotContent,
} from '../kube/snapshotTypes';
import { KubeError } from '../kube/KubeClient';
import { RESOURCES, keyOf, type PersistentVolume } from '../kube/types';
import { sizeBytes, sizeText } from '../sizes';
import { sourceOfSnapshot } from './sourceOfSnapshot';

const RETRY_MS = 1_000;

/**
 * Takes snapshots of Longhorn volumes: external-snapshotter 8.2 and Longhorn's
 * CSI driver in one. From source, not recorded. Bytes are kept as a sparse copy.
 * Snapshots whose content somebody else provides stay as they are.
 */
export class SnapshotController {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<void> {
    const snapshot = this.#context.caches.volumeSnapshots.get(key);
    if (!snapshot || snapshot.metadata.deletionTimestamp) return;
    if (snapshot.status?.readyToUse) return;
    if (!snapshot.spec.source.persistentVolumeClaimName) return;
    const source = sourceOfSnapshot(this.#context, snapshot);
    if ('refusal' in source) {
      await this.#fail(
        snapshot,
        `Failed to create snapshot content with error ${source.refusal}`,
      );
      return;
    }
    const { snapshotClass, volume } = source;
    const content = await this.#content(snapshot, snapshotClass, volume);
    if (snapshotClass.parameters?.type !== 'snap') {
      // Longhorn makes a backup of it, and there is nowhere to put it here.
      await this.#fail(
        snapshot,
        `Failed to check and update snapshot content: failed to take snapshot of the volume ${content.spec.source.volumeHandle}: "rpc error: code = Internal desc = backup target default is not available"`,
      );
      return;
    }
    await this.#take(snapshot, content, volume);
  }

  /** What went while nobody looked; for a moment at which everything is known. */
  async sweep(): Promise<void> {
    for (const content of this.#context.caches.snapshotContents.all())
      await this.cleanUp(content);
  }

  /** Contents without their snapshot go, and with them the bytes, where the class says so. */
  async cleanUp(content: VolumeSnapshotContent): Promise<void> {
    const { caches, client, disks } = this.#context;
    const { deletionPolicy, volumeSnapshotRef } = content.spec;
    const { namespace, name, uid } = volumeSnapshotRef;
    const wanted = caches.volumeSnapshots.get(`${namespace}/${name}`);
    if (wanted?.metadata.uid === uid || deletionPolicy !== 'Delete') return;
    const handle = parseSnapshotHandle(content.status?.snapshotHandle);
    if (handle) {
      const known = caches.longhornSnapshots.get(
        `${LONGHORN_NAMESPACE}/${handle.snapshot}`,
      );
      if (known) await client.delete(RESOURCES.longhornSnapshots, known);
      await disks.remove(disks.snapshotOf(handle.volume, handle.snapshot));
    }
    await client.delete(RESOURCES.snapshotContents, content);
  }

  /** A volume takes its snapshots with it; the objects of Kubernetes stay (Longhorn 1.12). */
  async volumeGone(handle: string): Promise<void> {
    const { caches, client } = this.#context;
    const gone = caches.longhornSnapshots
      .all()
      .filter(({ spec }) => spec.volume === handle);
    for (const snapshot of gone)
      await client.delete(RESOURCES.longhornSnapshots, snapshot);
  }

  async #content(
    snapshot: VolumeSnapshot,
    snapshotClass: VolumeSnapshotClass,
    volume: PersistentVolume,
  ): Promise<VolumeSnapshotContent> {
    const { caches, client } = this.#context;
    const { name, namespace, uid } = snapshot.metadata;
    const contentName = `snapcontent-${uid}`;
    const known = caches.snapshotContents.get(contentName);
    if (known) return known;
    const made = await client.create<VolumeSnapshotContent>(
      RESOURCES.snapshotContents,
      {
        metadata: { name: contentName },
        spec: {
          deletionPolicy: snapshotClass.deletionPolicy,
          driver: snapshotClass.driver,
          source: { volumeHandle: volume.spec.csi?.volumeHandle },
          sourceVolumeMode: volume.spec.volumeMode,
          volumeSnapshotClassName: snapshotClass.metadata.name,
          volumeSnapshotRef: {
            apiVersion: RESOURCES.volumeSnapshots.apiVersion,
            kind: RESOURCES.volumeSnapshots.kind,
            namespace,
            name,
            uid,
          } as VolumeSnapshotContent['spec']['volumeSnapshotRef'],
        },
      },
    );
    caches.snapshotContents.put(made);
    return made;
  }

  async #take(
    snapshot: VolumeSnapshot,
    content: VolumeSnapshotContent,
    volume: PersistentVolume,
  ) {
    const { caches, client, disks, now, queues, signal } = this.#context;
    const handle = content.spec.source.volumeHandle!;
    const longhorn = caches.longhornVolumes.get(
      `${LONGHORN_NAMESPACE}/${handle}`,
    );
    const copying =
      longhorn?.spec.dataSource &&
      longhorn.status?.cloneStatus?.state !== 'completed';
    if (!longhorn || copying) {
      queues.snapshots.addAfter(
        keyOf(snapshot),
        scaled(this.#context, RETRY_MS),
      );
      return;
    }
    const name = `snapshot-${snapshot.metadata.uid}`;
    const kept = disks.snapshotOf(handle, name);
    await disks.create(kept);
    for (const file of await disks.files(handle)) {
      await copyDisk({
        from: join(disks.folderOf(handle), file),
        to: join(disks.folderOf(kept), file),
        signal,
      });
    }
    const bytes = sizeBytes(volume.spec.capacity?.storage);
    const time = now();
    await this.#longhornSnapshot(name, handle, bytes, time);
    await client.patchStatus(RESOURCES.snapshotContents, content, {
      snapshotHandle: `snap://${handle}/${name}`,
      readyToUse: true,
      restoreSize: bytes,
      creationTime: time.getTime() * 1e6,
    });
    await this.#status(snapshot, {
      boundVolumeSnapshotContentName: content.metadata.name,
      creationTime: time.toISOString().replace(/\.\d{3}Z$/, 'Z'),
      readyToUse: true,
      restoreSize: sizeText(bytes),
      error: null,
    });
    await this.#remark(
      snapshot,
      'Normal',
      'SnapshotReady',
      `Snapshot ${keyOf(snapshot)} is ready to use.`,
    );
  }

  async #longhornSnapshot(
    name: string,
    handle: string,
    bytes: number,
    time: Date,
  ) {
    const { caches, client, disks } = this.#context;
    const known = caches.longhornSnapshots.get(`${LONGHORN_NAMESPACE}/${name}`);
    const made =
      known ??
      (await client.create<LonghornSnapshot>(RESOURCES.longhornSnapshots, {
        metadata: {
          name,
          namespace: LONGHORN_NAMESPACE,
          labels: { longhornvolume: handle },
        },
        spec: { volume: handle, createSnapshot: true },
      }));
    caches.longhornSnapshots.put(
      await client.patchStatus<LonghornSnapshot>(
        RESOURCES.longhornSnapshots,
        made,
        {
          readyToUse: true,
          restoreSize: bytes,
          size: await disks.usedBytes(disks.snapshotOf(handle, name)),
          userCreated: true,
          creationTime: time.toISOString(),
        },
      ),
    );
  }

  async #fail(snapshot: VolumeSnapshot, message: string) {
    if (snapshot.status?.error?.message !== message) {
      await this.#status(snapshot, {
        readyToUse: false,
        error: { message, time: this.#context.now().toISOString() },
      });
    }
    await this.#remark(
      snapshot,
      'Warning',
      'SnapshotContentCreationFailed',
      message,
    );
    this.#context.queues.snapshots.addAfter(
      keyOf(snapshot),
      scaled(this.#context, RETRY_MS),
    );
  }

  async #status(snapshot: VolumeSnapshot, status: object) {
    const { caches, client } = this.#context;
    try {
      caches.volumeSnapshots.put(
        await client.patchStatus<VolumeSnapshot>(
          RESOURCES.volumeSnapshots,
          snapshot,
          status,
        ),
      );
    } catch (error) {
      // It went while it was taken.
      if (!(error instanceof KubeError) || error.code !== 404) throw error;
    }
  }

  #remark(
    snapshot: VolumeSnapshot,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ) {
    return this.#context.events.record(RESOURCES.volumeSnapshots, snapshot, {
      type,
      reason,
      message,
      component: 'snapshot-controller',
    });
  }
}
