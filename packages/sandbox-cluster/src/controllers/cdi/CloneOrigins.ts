import { scaled, type Context } from '../Context';
import { RESOURCES, keyOf, type Claim, type DataVolume } from '../kube/types';
import { sizeBytes } from '../sizes';
import { pendingClaim, writeStatus } from './conditions';
import {
  claimOrigin,
  snapshotOrigin,
  sourceOf,
  type CloneOrigin,
} from './cloneSource';
import { ensureTargetClaim, targetSpec } from './targetClaim';

const RETRY_MS = 2_000;

/** Finds what a DataVolume copies; while it is not to be had, the DataVolume says why. */
export class CloneOrigins {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The claim or snapshot, when it is there, filled, and not larger than the target. */
  async find(dataVolume: DataVolume): Promise<CloneOrigin | undefined> {
    const from = sourceOf(this.#context, dataVolume);
    return from?.kind === 'snapshot'
      ? this.#snapshot(dataVolume, from)
      : this.#claim(dataVolume, from);
  }

  again(dataVolume: DataVolume) {
    this.#context.queues.dataVolumes.addAfter(
      keyOf(dataVolume),
      scaled(this.#context, RETRY_MS) + 20,
    );
  }

  async #claim(
    dataVolume: DataVolume,
    from: { namespace: string; name: string } | undefined,
  ): Promise<CloneOrigin | undefined> {
    const { caches } = this.#context;
    const source = from && caches.claims.get(`${from.namespace}/${from.name}`);
    if (!source) {
      await this.#refuse(
        dataVolume,
        'CloneWithoutSource',
        `The source pvc ${from?.name} doesn't exist`,
      );
      this.again(dataVolume);
      return undefined;
    }
    const origin = claimOrigin(source);
    const wanted = sizeBytes(
      targetSpec(dataVolume, String(origin.size)).resources?.requests?.storage,
    );
    const has = sizeBytes(origin.size);
    if (wanted < has) {
      await this.#refuse(
        dataVolume,
        'CloneValidationFailed',
        `target resources requests storage size is smaller than the source ${wanted} < ${has}`,
      );
      return undefined;
    }
    if (!this.#isFilled(source)) {
      await this.#wait(dataVolume);
      return undefined;
    }
    return origin;
  }

  /**
   * From source, not recorded (CDI 1.66, planner.go): a target that is smaller
   * than the snapshot is not refused, and gets the snapshot's size.
   */
  async #snapshot(
    dataVolume: DataVolume,
    from: { namespace: string; name: string },
  ): Promise<CloneOrigin | undefined> {
    const { caches } = this.#context;
    const source = caches.volumeSnapshots.get(`${from.namespace}/${from.name}`);
    if (source?.status?.readyToUse) return snapshotOrigin(source);
    if (!source) await this.#missingSnapshot(dataVolume, from.name);
    await this.#wait(dataVolume);
    return undefined;
  }

  /** From source, not recorded: the target claim is there already, and bears the Event. */
  async #missingSnapshot(dataVolume: DataVolume, name: string) {
    const claim = await ensureTargetClaim(this.#context, dataVolume, {
      kind: 'VolumeCloneSource',
      name: `volume-clone-source-${dataVolume.metadata.uid}`,
    });
    if (!claim) return;
    await this.#context.events.record(RESOURCES.claims, claim, {
      type: 'Warning',
      reason: 'CloneWithoutSource',
      message: `The source snapshot ${name} doesn't exist`,
      component: 'clone-populator',
    });
  }

  #isFilled(source: Claim): boolean {
    const owner = this.#context.caches.dataVolumes.get(keyOf(source));
    return (
      source.status?.phase === 'Bound' &&
      (!owner || owner.status?.phase === 'Succeeded')
    );
  }

  async #wait(dataVolume: DataVolume) {
    await writeStatus(this.#context, dataVolume, {
      phase: 'CloneScheduled',
      bound: pendingClaim(dataVolume.metadata.name),
      ready: { status: 'False' },
      running: { status: 'False', reason: 'Pending', message: 'Clone Pending' },
    });
    this.again(dataVolume);
  }

  async #refuse(dataVolume: DataVolume, reason: string, message: string) {
    const refused = { status: 'False' as const, reason, message };
    await writeStatus(this.#context, dataVolume, {
      phase: 'Pending',
      bound: refused,
      ready: refused,
    });
    await this.#remark(dataVolume, reason, message);
  }

  #remark(dataVolume: DataVolume, reason: string, message: string) {
    return this.#context.events.record(RESOURCES.dataVolumes, dataVolume, {
      type: 'Warning',
      reason,
      message,
      component: 'datavolume-pvc-clone-controller',
    });
  }
}
