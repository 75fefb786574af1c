import { ImporterError } from '../../bytes';
import { rebind } from '../claims/bind';
import { scaled, type Context } from '../Context';
import { RESOURCES, keyOf, type Claim, type DataVolume } from '../kube/types';
import {
  COMPLETED,
  failedAttempt,
  pendingClaim,
  POD_RUNNING,
  writeStatus,
} from './conditions';
import { downloadImage } from './downloadImage';
import { pause } from './pause';
import { bareSpec, ensureHelperClaim } from './targetClaim';

const STEP_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

interface Work {
  dataVolume: DataVolume;
  /** The claim that the DataVolume is for. */
  claim: Claim;
  /** The temporary claim whose volume is filled. */
  prime: Claim;
  signal: AbortSignal;
}

/** One import under way; gone with the process, and begun anew by the next one. */
export class ImportRun {
  readonly #context: Context;
  readonly #work: Work;

  constructor(context: Context, work: Work) {
    this.#context = context;
    this.#work = work;
  }

  /** Resolves when the claim is bound; throws when the work breaks off. */
  async run(): Promise<void> {
    const { dataVolume, prime, signal } = this.#work;
    const { name } = dataVolume.metadata;
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
      'Normal',
      'ImportScheduled',
      `Import into ${name} scheduled`,
    );
    await step();
    await writeStatus(this.#context, dataVolume, POD_RUNNING);
    await this.#remarkOn(
      'Normal',
      'ImportInProgress',
      `Import into ${name} in progress`,
    );
    await step();
    if (dataVolume.spec.source?.http) {
      const scratch = await this.#takeScratch();
      if (!(await this.#attempts(scratch))) return;
      await this.#context.client.delete(RESOURCES.claims, scratch);
    }
    await this.#succeed();
  }

  /** The first run of the importer ends at once: every http image goes through scratch space (recorded). */
  async #takeScratch(): Promise<Claim> {
    const { dataVolume, prime, signal } = this.#work;
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

  /**
   * Downloads until it works: a failing import is tried again for ever, with a wait that grows.
   *
   * @returns false when the error is final
   */
  async #attempts(scratch: Claim): Promise<boolean> {
    const { dataVolume, signal } = this.#work;
    for (let failures = dataVolume.status?.restartCount ?? 0; ; failures += 1) {
      try {
        await downloadImage(this.#context, { ...this.#work, scratch });
        return true;
      } catch (error) {
        if (!(error instanceof ImporterError) || signal.aborted) throw error;
        if (error.fatal) {
          await this.#fail(error);
          return false;
        }
        await this.#reportFailure(error);
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

  async #reportFailure(error: ImporterError) {
    const { dataVolume, claim, prime } = this.#work;
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
    await this.#remarkOn('Warning', 'Error', error.conditionMessage);
  }

  /** A wrong checksum is the one error that CDI does not try again. */
  async #fail(error: ImporterError) {
    const { dataVolume } = this.#work;
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
      'Warning',
      'ImportFailed',
      `Failed to import into PVC ${dataVolume.metadata.name}`,
    );
  }

  /** CDI says Succeeded a moment before the claim is bound (recorded). */
  async #succeed() {
    const { dataVolume, claim, prime } = this.#work;
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

  #remarkOn(type: 'Normal' | 'Warning', reason: string, message: string) {
    return this.#context.events.record(
      RESOURCES.dataVolumes,
      this.#work.dataVolume,
      { type, reason, message, component: 'datavolume-import-controller' },
    );
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
