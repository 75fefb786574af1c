import { join } from 'node:path';
import { importImage, ImporterError } from '../../bytes';
import { rebind } from '../claims/bind';
import { scaled, type Context } from '../Context';
import { KubeError } from '../kube/KubeClient';
import {
  RESOURCES,
  keyOf,
  ownerOf,
  type Claim,
  type DataVolume,
} from '../kube/types';
import { sizeBytes } from '../sizes';
import {
  failedAttempt,
  pendingClaim,
  POD_RUNNING,
  writeStatus,
} from './conditions';
import { bareSpec, ensureHelperClaim, ensureTargetClaim } from './targetClaim';

const COMPONENT = 'datavolume-import-controller';
const PROGRESS_EVERY_MS = 1_000;
const STEP_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;
const COMPLETED = {
  status: 'False' as const,
  reason: 'Completed',
  message: 'Import Complete',
};

/** One import under way; gone with the process, and begun anew by the next one. */
interface Run {
  abort: AbortController;
}

/**
 * Imports of DataVolumes: the phases, conditions and events that CDI 1.66 shows
 * (recorded), around a real download and conversion.
 */
export class ImportController {
  readonly #context: Context;
  readonly #runs = new Map<string, Run>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Ends the work for a DataVolume that is gone or being deleted. */
  abandon(uid: string) {
    this.#runs.get(uid)?.abort.abort();
    this.#runs.delete(uid);
  }

  async reconcile(dataVolume: DataVolume): Promise<void> {
    const { phase } = dataVolume.status ?? {};
    const uid = dataVolume.metadata.uid!;
    if (phase === 'Failed') return;
    const sourceName = `volume-import-source-${uid}`;
    const claim = await ensureTargetClaim(this.#context, dataVolume, {
      kind: 'VolumeImportSource',
      name: sourceName,
    });
    if (!claim) return;
    if (claim.status?.phase === 'Bound') {
      await this.#finish(dataVolume, claim, sourceName);
      return;
    }
    if (this.#runs.has(uid)) return;
    const { name } = dataVolume.metadata;
    if (!phase || phase === 'Succeeded') {
      await writeStatus(this.#context, dataVolume, {
        phase: phase === 'Succeeded' ? phase : 'Pending',
        bound: pendingClaim(name),
        ...(phase === 'Succeeded'
          ? {}
          : {
              ready: { status: 'False' as const },
              running: { status: 'False' as const },
            }),
      });
    }
    if (!this.#mayBind(claim)) return;
    await this.#ensureSource(dataVolume, sourceName);
    const prime = await this.#ensurePrime(dataVolume, claim);
    if (!prime || prime.status?.phase !== 'Bound') {
      await writeStatus(this.#context, dataVolume, {
        bound: pendingClaim(
          name,
          `[${prime?.metadata.name ?? 'prime'}] : waiting for its volume`,
        ),
        running: {
          status: 'False',
          reason: 'Unschedulable',
          message: 'Importer pod cannot be scheduled',
        },
      });
      return;
    }
    const run: Run = { abort: new AbortController() };
    this.#runs.set(uid, run);
    this.#run(dataVolume, claim, prime, run)
      .catch(error => this.#onRunError(dataVolume, error))
      .finally(() => {
        if (this.#runs.get(uid) === run) this.#runs.delete(uid);
      });
  }

  /** A class that binds late waits for a Pod, unless the DataVolume asks to bind at once. */
  #mayBind(claim: Claim): boolean {
    const { caches } = this.#context;
    const storageClass = caches.storageClasses.get(
      claim.spec.storageClassName ?? '',
    );
    if (!storageClass) return false;
    if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer') return true;
    if (
      'cdi.kubevirt.io/storage.bind.immediate.requested' in
      (claim.metadata.annotations ?? {})
    )
      return true;
    const used = caches.pods
      .all()
      .some(
        pod =>
          pod.metadata.namespace === claim.metadata.namespace &&
          pod.spec.volumes?.some(
            volume =>
              volume.persistentVolumeClaim?.claimName === claim.metadata.name,
          ),
      );
    if (!used) {
      const dataVolume = caches.dataVolumes.get(keyOf(claim));
      if (dataVolume) {
        writeStatus(this.#context, dataVolume, {
          phase: 'PendingPopulation',
          bound: pendingClaim(claim.metadata.name),
        }).catch(() => undefined);
      }
    }
    return used;
  }

  async #ensureSource(dataVolume: DataVolume, name: string) {
    const { client } = this.#context;
    const { namespace } = dataVolume.metadata;
    if (await client.get(RESOURCES.importSources, name, namespace)) return;
    const { http, blank } = dataVolume.spec.source ?? {};
    const source = {
      metadata: {
        name,
        namespace,
        ownerReferences: [ownerOf(RESOURCES.dataVolumes, dataVolume)],
      },
      spec: { source: http ? { http } : { blank: blank ?? {} } },
    };
    try {
      await client.create(RESOURCES.importSources, source);
    } catch (error) {
      if (!(error instanceof KubeError && error.code === 409)) throw error;
    }
  }

  #ensurePrime(
    dataVolume: DataVolume,
    claim: Claim,
  ): Promise<Claim | undefined> {
    return ensureHelperClaim(this.#context, {
      name: `prime-${claim.metadata.uid}`,
      namespace: claim.metadata.namespace!,
      owner: claim,
      spec: bareSpec(claim),
      annotations: {
        'cdi.kubevirt.io/storage.populator.kind': 'VolumeImportSource',
      },
      onQuota: async message => {
        await this.#remark(claim, 'Warning', 'ErrCreatingPVCPrime', message);
        this.#context.queues.dataVolumes.addAfter(
          keyOf(dataVolume),
          scaled(this.#context, 4_000),
        );
      },
    });
  }

  async #run(dataVolume: DataVolume, claim: Claim, prime: Claim, run: Run) {
    const { name } = dataVolume.metadata;
    const signal = AbortSignal.any([run.abort.signal, this.#context.signal]);
    const step = () => pause(scaled(this.#context, STEP_MS), signal);
    const bound = pendingClaim(
      name,
      `[${prime.metadata.name}] : Successfully provisioned volume ${prime.spec.volumeName}`,
    );
    await writeStatus(this.#context, dataVolume, {
      phase: 'ImportScheduled',
      bound,
      running: { status: 'False', reason: 'ContainerCreating' },
    });
    await this.#remarkOn(
      dataVolume,
      'Normal',
      'ImportScheduled',
      `Import into ${name} scheduled`,
    );
    await step();
    await writeStatus(this.#context, dataVolume, POD_RUNNING);
    await this.#remarkOn(
      dataVolume,
      'Normal',
      'ImportInProgress',
      `Import into ${name} in progress`,
    );
    await step();
    if (dataVolume.spec.source?.http) {
      const scratch = await this.#takeScratch(dataVolume, prime, signal);
      await this.#attempts(dataVolume, claim, prime, scratch, signal);
      await this.#context.client.delete(RESOURCES.claims, scratch);
    }
    await this.#succeed(dataVolume, claim, prime);
  }

  /** The first run of the importer ends at once: every http image goes through scratch space (recorded). */
  async #takeScratch(
    dataVolume: DataVolume,
    prime: Claim,
    signal: AbortSignal,
  ): Promise<Claim> {
    const { caches } = this.#context;
    const { name, namespace } = dataVolume.metadata;
    const required = failedAttempt(
      'Scratch space required',
      'scratch space required and none found',
    );
    await writeStatus(this.#context, dataVolume, required);
    for (;;) {
      const scratch = await ensureHelperClaim(this.#context, {
        name: `${prime.metadata.name}-scratch`,
        namespace: namespace!,
        owner: prime,
        spec: { ...bareSpec(prime), volumeMode: 'Filesystem' },
        onQuota: async message => {
          await this.#remark(prime, 'Warning', 'ErrExceededQuota', message);
          await writeStatus(this.#context, dataVolume, {
            bound: pendingClaim(name, `[${prime.metadata.name}] : ${message}`),
          });
          const target = caches.claims.get(keyOf(dataVolume));
          if (target)
            await this.#remark(
              target,
              'Warning',
              'ErrExceededQuota',
              `[${prime.metadata.name}] : ${message}`,
            );
        },
      });
      if (scratch) {
        await writeStatus(this.#context, dataVolume, {
          phase: 'ImportScheduled',
        });
        const key = keyOf(scratch);
        while (caches.claims.get(key)?.status?.phase !== 'Bound')
          await pause(scaled(this.#context, 200) + 5, signal);
        await writeStatus(this.#context, dataVolume, POD_RUNNING);
        return caches.claims.get(key)!;
      }
      await pause(scaled(this.#context, 4_000) + 20, signal);
    }
  }

  /** Downloads until it works: a failing import is tried again for ever, with a wait that grows. */
  async #attempts(
    dataVolume: DataVolume,
    claim: Claim,
    prime: Claim,
    scratch: Claim,
    signal: AbortSignal,
  ) {
    for (let failures = dataVolume.status?.restartCount ?? 0; ; failures += 1) {
      try {
        await this.#attempt(dataVolume, claim, prime, scratch, signal);
        return;
      } catch (error) {
        if (!(error instanceof ImporterError) || signal.aborted) throw error;
        if (error.fatal) {
          await this.#fail(dataVolume, error);
          throw new Fatal();
        }
        await this.#reportFailure(dataVolume, claim, prime, error);
        const backoffMs =
          failures === 0
            ? 1_000
            : Math.min(10_000 * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
        await pause(scaled(this.#context, backoffMs), signal);
        await writeStatus(this.#context, dataVolume, {
          ...POD_RUNNING,
          restartCount: failures + 1,
          progress: 'N/A',
        });
      }
    }
  }

  async #attempt(
    dataVolume: DataVolume,
    claim: Claim,
    prime: Claim,
    scratch: Claim,
    signal: AbortSignal,
  ) {
    const { disks, settings, faults } = this.#context;
    const { url, checksum } = dataVolume.spec.source!.http!;
    const volume = prime.spec.volumeName!;
    let lastMs = 0;
    if (faults.has('wrong-checksum', dataVolume)) {
      throw new ImporterError(
        'Unable to process data: checksum validation failed: checksum mismatch: expected by the fault "wrong-checksum"',
        { reason: 'ChecksumError', fatal: true },
      );
    }
    if (faults.has('too-big', dataVolume)) {
      throw new ImporterError(
        'Unable to process data: Unable to transfer source data to scratch space: virtual image size 1099511627776 is larger than the reported available storage 0. A larger PVC is required',
        { conditionMessage: 'DataVolume too small to contain image' },
      );
    }
    await importImage({
      url: faultyUrl(
        url,
        faults.has('404', dataVolume)
          ? '404'
          : faults.has('cut', dataVolume)
          ? 'cut'
          : undefined,
      ),
      checksum,
      target: disks.fileOf(volume, claim.spec.volumeMode),
      scratch: join(disks.folderOf(scratch.spec.volumeName!), 'scratch'),
      requestBytes: sizeBytes(claim.spec.resources?.requests?.storage),
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      hosts: settings.hosts,
      bytesPerSecond: settings.importBytesPerSecond,
      signal,
      onProgress: percent => {
        const nowMs = Date.now();
        if (nowMs - lastMs < PROGRESS_EVERY_MS || percent >= 100) return;
        lastMs = nowMs;
        writeStatus(this.#context, dataVolume, {
          progress: `${percent.toFixed(2)}%`,
        }).catch(() => undefined);
      },
    });
  }

  async #reportFailure(
    dataVolume: DataVolume,
    claim: Claim,
    prime: Claim,
    error: ImporterError,
  ) {
    await writeStatus(this.#context, dataVolume, {
      ...failedAttempt(error.reason, error.conditionMessage),
      bound: pendingClaim(
        dataVolume.metadata.name,
        `[${prime.metadata.name}] : ${error.message}`,
      ),
    });
    await this.#remark(prime, 'Warning', 'ErrImportFailed', error.message);
    await this.#remark(
      claim,
      'Warning',
      'ErrImportFailed',
      `[${prime.metadata.name}] : ${error.message}`,
    );
    await this.#remarkOn(
      dataVolume,
      'Warning',
      'Error',
      error.conditionMessage,
    );
  }

  /** A wrong checksum is the one error that CDI does not try again. */
  async #fail(dataVolume: DataVolume, error: ImporterError) {
    await writeStatus(this.#context, dataVolume, {
      phase: 'Failed',
      running: {
        status: 'False',
        reason: error.reason,
        message: error.message,
      },
      ready: { status: 'False', reason: error.reason },
    });
    await this.#remarkOn(
      dataVolume,
      'Warning',
      'ImportFailed',
      `Failed to import into PVC ${dataVolume.metadata.name}`,
    );
  }

  /** CDI says Succeeded a moment before the claim is bound (recorded). */
  async #succeed(dataVolume: DataVolume, claim: Claim, prime: Claim) {
    const current = this.#context.caches.claims.get(keyOf(claim));
    if (
      !current ||
      current.metadata.uid !== claim.metadata.uid ||
      current.metadata.deletionTimestamp
    )
      return;
    await writeStatus(this.#context, dataVolume, {
      phase: 'Succeeded',
      progress: '100.0%',
      running: COMPLETED,
      ready: { status: 'True' },
    });
    await pause(scaled(this.#context, 50), this.#context.signal);
    const longhorn = this.#context.caches.longhornVolumes.get(
      `longhorn-system/${prime.spec.volumeName}`,
    );
    if (longhorn) this.#context.queues.longhornVolumes.add(keyOf(longhorn));
    await rebind(this.#context, prime.spec.volumeName!, current);
    await this.#remark(
      current,
      'Normal',
      'importSucceeded',
      `Successfully imported into ${claim.metadata.name}`,
    );
    await this.#remarkOn(
      dataVolume,
      'Normal',
      'ImportSucceeded',
      `Successfully imported into PVC ${dataVolume.metadata.name}`,
    );
    await this.#context.client
      .patchStatus(RESOURCES.claims, prime, { phase: 'Lost' })
      .catch(() => undefined);
    await this.#context.client.delete(RESOURCES.claims, prime);
    this.#context.queues.dataVolumes.add(keyOf(dataVolume));
  }

  async #finish(dataVolume: DataVolume, claim: Claim, sourceName: string) {
    const { name, namespace } = dataVolume.metadata;
    await writeStatus(this.#context, dataVolume, {
      phase: 'Succeeded',
      progress: '100.0%',
      bound: { status: 'True', reason: 'Bound', message: `PVC ${name} Bound` },
      running: COMPLETED,
      ready: { status: 'True' },
    });
    const source = await this.#context.client.get(
      RESOURCES.importSources,
      sourceName,
      namespace,
    );
    if (source)
      await this.#context.client.delete(RESOURCES.importSources, source);
    // A stop between binding and cleaning up leaves the prime claim.
    const prime = this.#context.caches.claims.get(
      `${namespace}/prime-${claim.metadata.uid}`,
    );
    if (prime && !prime.metadata.deletionTimestamp)
      await this.#context.client.delete(RESOURCES.claims, prime);
  }

  async #onRunError(dataVolume: DataVolume, error: unknown) {
    if (error instanceof Fatal || this.#context.signal.aborted) return;
    if (
      this.#context.caches.dataVolumes.get(keyOf(dataVolume))?.metadata.uid !==
      dataVolume.metadata.uid
    )
      return;
    this.#context.log(
      `import of ${keyOf(dataVolume)} broke off: ${
        error instanceof Error ? error.message : error
      }`,
    );
    // The API was away, or an object went: looked at again in a moment.
    this.#context.queues.dataVolumes.addAfter(keyOf(dataVolume), 1_000);
  }

  #remarkOn(
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

  #remark(
    claim: Claim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ) {
    return this.#context.events.record(RESOURCES.claims, claim, {
      type,
      reason,
      message,
      component: 'import-populator',
    });
  }
}

/** The import has ended for good. */
class Fatal extends Error {}

/** The image server's own faults stand in for a server that fails. */
function faultyUrl(url: string, fault: string | undefined): string {
  if (!fault) return url;
  const target = new URL(url);
  target.pathname = `/faults/${fault}${target.pathname}`;
  return target.href;
}

export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const waiting: { timer?: NodeJS.Timeout } = {};
    const onAbort = () => {
      clearTimeout(waiting.timer);
      reject(signal.reason);
    };
    waiting.timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
