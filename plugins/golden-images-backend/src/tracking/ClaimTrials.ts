import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
} from '../kubernetes';
import type { DataVolumeView } from '../state/types';
import type { DerivedRow } from './Projector';
import type { Timing } from './Timing';

const TRY_AGAIN_MS = 60_000;
const MIB = 1024 * 1024;

interface Trial {
  uid: string;
  atMs: number;
  refusal?: string;
}

/**
 * Finds out why CDI makes no claim. When a LimitRange or a policy refuses it to
 * CDI, nothing in the cluster says so (recorded with CDI 1.66); so the same
 * claim is tried as a dry run, and the answer is shown.
 */
export class ClaimTrials {
  readonly #client: ClusterClient;
  readonly #timing: Timing;
  readonly #onRefusal: (key: string) => void;
  readonly #trials = new Map<string, Trial>();

  constructor(options: {
    client: ClusterClient;
    timing: Timing;
    /** The row is to be derived again, with what is known now. */
    onRefusal: (key: string) => void;
  }) {
    this.#client = options.client;
    this.#timing = options.timing;
    this.#onRefusal = options.onRefusal;
  }

  /** What the API server said to the last trial for this DataVolume. */
  refusalOf(key: string, uid: string | undefined): string | undefined {
    const trial = this.#trials.get(key);
    return trial && trial.uid === uid && this.#isFresh(trial)
      ? trial.refusal
      : undefined;
  }

  consider(rows: DerivedRow[]) {
    for (const { key, joined, needsDryRun } of rows) {
      const { dataVolume, claim } = joined;
      const trial = this.#trials.get(key);
      if (claim || !dataVolume) {
        this.#trials.delete(key);
      } else if (needsDryRun && !(trial && this.#isFresh(trial))) {
        this.#try(key, dataVolume);
      }
    }
  }

  #isFresh({ atMs }: Trial): boolean {
    return this.#timing.elapsedMs() - atMs < TRY_AGAIN_MS;
  }

  async #try(key: string, dataVolume: DataVolumeView): Promise<void> {
    const trial: Trial = {
      uid: dataVolume.metadata.uid,
      atMs: this.#timing.elapsedMs(),
    };
    this.#trials.set(key, trial);
    try {
      await this.#client.create(RESOURCES.claims, claimOf(dataVolume), {
        dryRun: true,
      });
    } catch (error) {
      if (isRefusal(error)) {
        trial.refusal = error.message;
        this.#onRefusal(key);
      }
    }
  }
}

function claimOf({ metadata, ...dataVolume }: DataVolumeView) {
  const { accessModes, requestedBytes, storageClass, volumeMode } = dataVolume;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec: {
      accessModes: accessModes.length > 0 ? accessModes : ['ReadWriteOnce'],
      resources: { requests: { storage: String(requestedBytes ?? MIB) } },
      storageClassName: storageClass,
      volumeMode,
    },
  };
}

/** That our own account may not make claims says nothing about CDI's. */
function isRefusal(error: unknown): error is KubernetesApiError {
  return (
    error instanceof KubernetesApiError &&
    (error.status === 403 || error.status === 422) &&
    !error.message.includes('cannot create resource')
  );
}
