import { join } from 'node:path';
import { copyDisk } from '../../bytes';
import { rebind } from '../claims/bind';
import { scaled, type Context } from '../Context';
import { RESOURCES, keyOf, type Claim, type DataVolume } from '../kube/types';
import { sizeBytes } from '../sizes';
import { throttled } from '../throttled';
import { pendingClaim, writeStatus } from './conditions';
import { CloneOrigins } from './CloneOrigins';
import { strategyFor, type CloneOrigin, type Strategy } from './cloneSource';
import { pause } from './pause';
import { bareSpec, ensureHelperClaim, ensureTargetClaim } from './targetClaim';

const COMPONENT = 'datavolume-pvc-clone-controller';
const OWNED_BY = 'cdi.kubevirt.io/OwnedByUID';
const PROGRESS_EVERY_MS = 1_000;
/** The phase in which the temporary claim gets its bytes (CDI 1.66, populatorPhaseMap). */
const PHASES: Record<Strategy, string> = {
  copy: 'CloneInProgress',
  'csi-clone': 'CSICloneInProgress',
  snapshot: 'CloneFromSnapshotSourceInProgress',
};

/**
 * Clones of claims by DataVolumes, in the phases that CDI 1.66 shows (recorded):
 * a temporary claim in the namespace of the source gets the bytes, and its
 * volume is then handed to the target. Snapshots are restored in the same way
 * (from source, not recorded).
 */
export class CloneController {
  readonly #context: Context;
  readonly #origins: CloneOrigins;
  readonly #runs = new Map<string, AbortController>();

  constructor(context: Context) {
    this.#context = context;
    this.#origins = new CloneOrigins(context);
  }

  abandon(uid: string) {
    this.#runs.get(uid)?.abort();
    this.#runs.delete(uid);
  }

  async reconcile(dataVolume: DataVolume): Promise<void> {
    const uid = dataVolume.metadata.uid!;
    const existing = this.#context.caches.claims.get(keyOf(dataVolume));
    const owned = existing?.metadata.ownerReferences?.some(
      owner => owner.uid === uid,
    );
    if (owned && existing?.status?.phase === 'Bound') {
      await this.#finish(dataVolume);
      return;
    }
    if (this.#runs.has(uid)) return;
    const origin = await this.#origins.find(dataVolume);
    if (!origin) return;
    const strategy = strategyFor(this.#context, dataVolume, origin);
    const claim = await ensureTargetClaim(this.#context, dataVolume, {
      kind: 'VolumeCloneSource',
      name: `volume-clone-source-${uid}`,
      annotations: { 'cdi.kubevirt.io/cloneType': strategy },
      sourceSize: String(origin.size),
    });
    if (!claim) return;
    const abort = new AbortController();
    this.#runs.set(uid, abort);
    const signal = AbortSignal.any([abort.signal, this.#context.signal]);
    this.#run({ dataVolume, claim, origin, strategy, signal })
      .catch(error => {
        if (signal.aborted) return;
        this.#context.log(
          `clone ${keyOf(dataVolume)} broke off: ${
            error instanceof Error ? error.message : error
          }`,
        );
        this.#origins.again(dataVolume);
      })
      .finally(() => {
        if (this.#runs.get(uid) === abort) this.#runs.delete(uid);
      });
  }

  async #run(run: {
    dataVolume: DataVolume;
    claim: Claim;
    origin: CloneOrigin;
    strategy: Strategy;
    signal: AbortSignal;
  }) {
    const { dataVolume, claim, origin, strategy, signal } = run;
    const { name } = dataVolume.metadata;
    const status = (phase: string) =>
      writeStatus(this.#context, dataVolume, {
        phase,
        bound: pendingClaim(name),
        ready: { status: 'False', reason: 'TransferRunning' },
        running: { status: 'True', reason: 'Populator is running' },
      });
    await status('CloneScheduled');
    await this.#remark(
      dataVolume,
      'Normal',
      'CloneScheduled',
      `Cloning from ${origin.key} into ${keyOf(claim)} scheduled`,
    );
    const temporary = await this.#temporaryClaim(
      dataVolume,
      claim,
      origin,
      strategy,
    );
    if (!temporary) throw new Error('the temporary claim was refused');
    await status(PHASES[strategy]);
    const volumeName = await this.#boundVolume(temporary, signal);
    if (strategy === 'copy') {
      await this.#copy(dataVolume, origin, volumeName, signal);
    } else if (this.#isLarger(claim, origin)) {
      await status('PrepClaimInProgress');
      await this.#growAfterCopy(claim, temporary, volumeName, signal);
    }
    await status('RebindInProgress');
    await pause(scaled(this.#context, 200), signal);
    await this.#succeed(dataVolume, claim, temporary, volumeName);
  }

  #temporaryClaim(
    dataVolume: DataVolume,
    claim: Claim,
    { namespace, size, dataSource }: CloneOrigin,
    strategy: Strategy,
  ) {
    return ensureHelperClaim(this.#context, {
      name: `tmp-pvc-${claim.metadata.uid}`,
      namespace,
      // CDI copies the labels of the target to it (recorded).
      labels: { ...claim.metadata.labels, [OWNED_BY]: claim.metadata.uid! },
      spec: {
        ...bareSpec(claim),
        ...(strategy === 'copy'
          ? {}
          : { resources: { requests: { storage: size } }, dataSource }),
      },
      onQuota: async message => {
        await this.#remark(dataVolume, 'Warning', 'ErrExceededQuota', message);
      },
    });
  }

  async #boundVolume(temporary: Claim, signal: AbortSignal): Promise<string> {
    for (;;) {
      const current = this.#context.caches.claims.get(keyOf(temporary));
      if (current?.status?.phase === 'Bound') return current.spec.volumeName!;
      await pause(scaled(this.#context, 200) + 5, signal);
    }
  }

  async #copy(
    dataVolume: DataVolume,
    origin: CloneOrigin,
    volumeName: string,
    signal: AbortSignal,
  ) {
    const { disks, settings } = this.#context;
    const from = this.#handleOf(origin.volumeName!);
    const to = this.#handleOf(volumeName);
    await this.#remark(
      dataVolume,
      'Normal',
      'CloneInProgress',
      `Cloning from ${origin.key} into ${keyOf(dataVolume)} in progress`,
    );
    const report = throttled(PROGRESS_EVERY_MS, (percent: number) => {
      if (percent >= 100) return;
      writeStatus(this.#context, dataVolume, {
        progress: `${percent.toFixed(2)}%`,
      }).catch(() => undefined);
    });
    for (const file of await disks.files(from)) {
      await copyDisk({
        from: join(disks.folderOf(from), file),
        to: join(disks.folderOf(to), file),
        bytesPerSecond: settings.copyBytesPerSecond,
        signal,
        onProgress: ({ copiedBytes, dataBytes }) =>
          report((copiedBytes / Math.max(dataBytes, 1)) * 100),
      });
    }
  }

  #handleOf(volumeName: string): string {
    return (
      this.#context.caches.volumes.get(volumeName)?.spec.csi?.volumeHandle ??
      volumeName
    );
  }

  #isLarger(claim: Claim, { size }: CloneOrigin): boolean {
    return sizeBytes(claim.spec.resources?.requests?.storage) > sizeBytes(size);
  }

  /** A Longhorn volume grows only once its copy is done; CDI's prep Pod waits for that. */
  async #growAfterCopy(
    claim: Claim,
    temporary: Claim,
    volumeName: string,
    signal: AbortSignal,
  ) {
    const { caches, client } = this.#context;
    const handle = this.#handleOf(volumeName);
    while (
      caches.longhornVolumes.get(`longhorn-system/${handle}`)?.status
        ?.cloneStatus?.state !== 'completed'
    ) {
      await pause(scaled(this.#context, 500) + 10, signal);
    }
    const wanted = claim.spec.resources?.requests?.storage;
    const grown = await client.patch<Claim>(RESOURCES.claims, temporary, {
      spec: { resources: { requests: { storage: wanted } } },
    });
    caches.claims.put(grown);
    while (
      sizeBytes(caches.volumes.get(volumeName)?.spec.capacity?.storage) <
      sizeBytes(wanted)
    ) {
      await pause(scaled(this.#context, 200) + 10, signal);
    }
  }

  async #succeed(
    dataVolume: DataVolume,
    claim: Claim,
    temporary: Claim,
    volumeName: string,
  ) {
    const current = this.#context.caches.claims.get(keyOf(claim));
    if (
      !current ||
      current.metadata.uid !== claim.metadata.uid ||
      current.metadata.deletionTimestamp
    )
      return;
    const bound = await rebind(this.#context, volumeName, current);
    await this.#context.client
      .patchStatus(RESOURCES.claims, temporary, { phase: 'Lost' })
      .catch(() => undefined);
    await this.#context.client.delete(RESOURCES.claims, temporary);
    const handle = this.#handleOf(volumeName);
    this.#context.queues.longhornVolumes.add(`longhorn-system/${handle}`);
    await this.#finish(dataVolume);
    await this.#remark(
      dataVolume,
      'Normal',
      'CloneSucceeded',
      `Successfully cloned into ${keyOf(bound)}`,
    );
  }

  async #finish(dataVolume: DataVolume) {
    const { name } = dataVolume.metadata;
    await writeStatus(this.#context, dataVolume, {
      phase: 'Succeeded',
      progress: '100.0%',
      bound: { status: 'True', reason: 'Bound', message: `PVC ${name} Bound` },
      running: {
        status: 'False',
        reason: 'Completed',
        message: 'Clone Complete',
      },
      ready: { status: 'True' },
    });
  }

  /** Temporary claims whose target is gone: nothing owns them across namespaces. */
  async cleanUp(claim: Claim): Promise<void> {
    const uid = claim.metadata.labels?.[OWNED_BY];
    if (
      !uid ||
      !claim.metadata.name.startsWith('tmp-pvc-') ||
      claim.metadata.deletionTimestamp
    )
      return;
    const wanted = this.#context.caches.claims
      .all()
      .some(
        ({ metadata }) => metadata.uid === uid && !metadata.deletionTimestamp,
      );
    if (!wanted) await this.#context.client.delete(RESOURCES.claims, claim);
  }

  #remark(
    dataVolume: DataVolume,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ) {
    return this.#context.events.record(RESOURCES.dataVolumes, dataVolume, {
      type,
      reason,
      message,
      component: COMPONENT,
    });
  }
}
