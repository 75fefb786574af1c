import { copyDisk } from '../../bytes';
import { LONGHORN_NAMESPACE, scaled, type Context } from '../Context';
import { parseSnapshotHandle } from '../kube/snapshotTypes';
import { RESOURCES, keyOf, type LonghornVolume } from '../kube/types';
import { join } from 'node:path';

/** Copies at once, as Longhorn's setting `snapshot-heavy-task-concurrent-limit` has it per node. */
const MOST_COPIES = 5;
/** From source, not recorded: longhorn-manager 1.12, volume_controller.go. */
const FIRST_RETRY_MS = 30_000;
const MOST_ATTEMPTS = 10;
const HEALTHY_AFTER_MS = 2_000;
const PROGRESS_EVERY_MS = 500;

type CloneStatus = NonNullable<
  NonNullable<LonghornVolume['status']>['cloneStatus']
>;

const emptyClone: CloneStatus = {
  state: '',
  sourceVolume: '',
  snapshot: '',
  attemptCount: 0,
  nextAllowedAttemptAt: '',
};

interface Source {
  volume: string;
  /** Of that volume; one is taken for the copy where none is named. */
  snapshot?: string;
}

function sourceOf({ spec }: LonghornVolume): Source | undefined {
  const volume = /^vol:\/\/([^/]+)/.exec(spec.dataSource ?? '')?.[1];
  return volume ? { volume } : parseSnapshotHandle(spec.dataSource);
}

/** Longhorn's volumes: their state, and the copies behind clones. */
export class LonghornController {
  readonly #context: Context;
  readonly #copying = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<void> {
    const volume = this.#context.caches.longhornVolumes.get(key);
    if (!volume || volume.metadata.deletionTimestamp) return;
    if (this.#context.faults.has('volume-faulted', volume)) {
      await this.#status(volume, { state: 'detached', robustness: 'faulted' });
      return;
    }
    const source = sourceOf(volume);
    const state = volume.status?.cloneStatus?.state ?? '';
    if (!source || state === 'completed') {
      await this.#settle(volume);
    } else if (state === 'copy-completed-awaiting-healthy') {
      await this.#complete(volume);
    } else {
      await this.#copy(volume, source);
    }
  }

  async #settle(volume: LonghornVolume) {
    const { disks } = this.#context;
    const actualSize = await disks.usedBytes(volume.metadata.name);
    const clone = volume.status?.cloneStatus ?? emptyClone;
    await this.#status(volume, {
      state: 'detached',
      robustness: 'unknown',
      actualSize,
      cloneStatus: clone,
      conditions: [this.#scheduled(volume)],
      kubernetesStatus: this.#kubernetesStatus(volume),
    });
  }

  async #copy(volume: LonghornVolume, source: Source) {
    const name = volume.metadata.name;
    if (this.#copying.has(name)) return;
    const clone = volume.status?.cloneStatus ?? emptyClone;
    if (clone.state === 'failed') {
      if (clone.attemptCount >= MOST_ATTEMPTS) return;
      const waitMs =
        Date.parse(clone.nextAllowedAttemptAt) - this.#context.now().getTime();
      if (waitMs > 0) {
        this.#context.queues.longhornVolumes.addAfter(
          keyOf(volume),
          scaled(this.#context, waitMs),
        );
        return;
      }
    }
    const attempt =
      clone.state === 'initiated'
        ? Math.max(clone.attemptCount, 1)
        : clone.attemptCount + 1;
    const begun: CloneStatus = {
      state: 'initiated',
      sourceVolume: source.volume,
      snapshot: source.snapshot ?? `clone-${name}`.slice(0, 63),
      attemptCount: attempt,
      nextAllowedAttemptAt: new Date(
        this.#context.now().getTime() +
          scaled(this.#context, FIRST_RETRY_MS * 2 ** (attempt - 1)),
      ).toISOString(),
    };
    const started = await this.#status(volume, {
      state: 'attached',
      robustness: 'degraded',
      cloneStatus: begun,
      conditions: [this.#scheduled(volume)],
      kubernetesStatus: this.#kubernetesStatus(volume),
    });
    // The rest wait for their turn, initiated and without a byte (recorded).
    if (this.#copying.size >= MOST_COPIES) return;
    this.#copying.add(name);
    this.#run(started, begun, source)
      .catch(() => undefined)
      .finally(() => {
        this.#copying.delete(name);
        this.#wakeWaiting();
      });
  }

  async #run(volume: LonghornVolume, clone: CloneStatus, source: Source) {
    const { disks, caches, settings, signal, faults, queues } = this.#context;
    const name = volume.metadata.name;
    const gone = new AbortController();
    const watching = setInterval(() => {
      const known = caches.longhornVolumes.get(keyOf(volume));
      const from = caches.longhornVolumes.get(
        `${LONGHORN_NAMESPACE}/${source.volume}`,
      );
      if (!known || known.metadata.uid !== volume.metadata.uid || !from)
        gone.abort();
    }, 100);
    const progress = this.#progressReporter(volume);
    try {
      if (
        faults.has('copy-fails', volume) ||
        faults.has('copy-fails', this.#claimOf(volume))
      ) {
        throw new Error('replica copy failed');
      }
      const from = this.#readFrom(source);
      for (const file of await disks.files(from)) {
        await copyDisk({
          from: join(disks.folderOf(from), file),
          to: join(disks.folderOf(name), file),
          bytesPerSecond: settings.copyBytesPerSecond,
          signal: AbortSignal.any([signal, gone.signal]),
          onProgress: ({ copiedBytes }) => progress.report(copiedBytes),
        });
      }
      await progress.finished();
      await this.#status(volume, {
        actualSize: await disks.usedBytes(name),
        cloneStatus: { ...clone, state: 'copy-completed-awaiting-healthy' },
      });
      queues.longhornVolumes.addAfter(
        keyOf(volume),
        scaled(this.#context, HEALTHY_AFTER_MS),
      );
    } catch (error) {
      await progress.finished();
      if (signal.aborted || !caches.longhornVolumes.get(keyOf(volume))) return;
      await this.#status(volume, {
        cloneStatus: { ...clone, state: 'failed' },
        robustness: 'degraded',
      });
      await this.#context.events.record(RESOURCES.longhornVolumes, volume, {
        type: 'Warning',
        reason: 'VolumeCloneFailed',
        message: gone.signal.aborted
          ? `cannot find the source volume ${clone.sourceVolume}`
          : `failed to clone volume ${name}: ${
              error instanceof Error ? error.message : error
            }`,
        component: 'longhorn-volume-controller',
      });
      queues.longhornVolumes.add(keyOf(volume));
    } finally {
      clearInterval(watching);
    }
  }

  /** What stands for the source among the disks. @throws Error when the snapshot is gone */
  #readFrom({ volume, snapshot }: Source): string {
    const { caches, disks } = this.#context;
    if (snapshot === undefined) return volume;
    if (!caches.longhornSnapshots.get(`${LONGHORN_NAMESPACE}/${snapshot}`))
      throw new Error(`cannot find snapshot ${snapshot} of volume ${volume}`);
    return disks.snapshotOf(volume, snapshot);
  }

  #progressReporter(volume: LonghornVolume) {
    let lastMs = 0;
    let pending: Promise<unknown> = Promise.resolve();
    return {
      report: (copiedBytes: number) => {
        const nowMs = Date.now();
        if (nowMs - lastMs < PROGRESS_EVERY_MS) return;
        lastMs = nowMs;
        pending = this.#status(volume, { actualSize: copiedBytes }).catch(
          () => undefined,
        );
      },
      finished: () => pending,
    };
  }

  async #complete(volume: LonghornVolume) {
    const settled = await this.#status(volume, {
      state: 'detached',
      robustness: 'unknown',
      cloneStatus: { ...volume.status!.cloneStatus!, state: 'completed' },
      kubernetesStatus: this.#kubernetesStatus(volume),
    });
    // A larger claim may have waited for this.
    const claim = this.#claimOf(settled);
    if (claim) this.#context.queues.claims.add(keyOf(claim));
  }

  #wakeWaiting() {
    for (const volume of this.#context.caches.longhornVolumes.all()) {
      if (volume.status?.cloneStatus?.state === 'initiated')
        this.#context.queues.longhornVolumes.add(keyOf(volume));
    }
  }

  #claimOf(volume: LonghornVolume) {
    const { caches } = this.#context;
    const ref = caches.volumes.get(volume.metadata.name)?.spec.claimRef;
    return ref && caches.claims.get(`${ref.namespace}/${ref.name}`);
  }

  #kubernetesStatus(volume: LonghornVolume) {
    const { caches } = this.#context;
    const ref = caches.volumes.get(volume.metadata.name)?.spec.claimRef;
    const users = caches.pods
      .all()
      .filter(
        pod =>
          pod.metadata.namespace === ref?.namespace &&
          pod.spec.volumes?.some(
            used => used.persistentVolumeClaim?.claimName === ref?.name,
          ),
      );
    return {
      pvName: volume.metadata.name,
      pvStatus: 'Bound',
      namespace: ref?.namespace ?? '',
      pvcName: ref?.name ?? '',
      workloadsStatus: users.map(pod => ({
        podName: pod.metadata.name,
        podStatus: pod.status?.phase ?? 'Pending',
        workloadName: '',
        workloadType: '',
      })),
    };
  }

  #scheduled(volume: LonghornVolume) {
    const before = volume.status?.conditions?.find(
      ({ type }) => type === 'Scheduled',
    );
    return {
      type: 'Scheduled',
      status: 'True',
      reason: '',
      message: '',
      lastProbeTime: '',
      lastTransitionTime:
        before?.lastTransitionTime ?? this.#context.now().toISOString(),
    };
  }

  async #status(
    volume: LonghornVolume,
    status: object,
  ): Promise<LonghornVolume> {
    const current =
      this.#context.caches.longhornVolumes.get(keyOf(volume)) ?? volume;
    if (isSame(current.status ?? {}, status)) return current;
    const updated = await this.#context.client.patchStatus<LonghornVolume>(
      RESOURCES.longhornVolumes,
      current,
      status,
    );
    this.#context.caches.longhornVolumes.put(updated);
    return updated;
  }
}

function isSame(current: object, wanted: object): boolean {
  return Object.entries(wanted).every(
    ([key, value]) =>
      JSON.stringify((current as Record<string, unknown>)[key]) ===
      JSON.stringify(value),
  );
}
