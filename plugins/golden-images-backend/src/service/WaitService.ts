import { NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesReadPermission,
  reasonInfo,
  stateSentence,
  type ClusterStatus,
  type Image,
  type Volume,
  type WaitRelease,
  type WaitRequest,
  type WaitStatus,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { Tracked } from '../database/GoldenImagesStore';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import { CurrentVersionWait } from './CurrentVersionWait';
import type { RequestOptions } from './ImageService';
import type { VolumeReader } from './VolumeReader';
import { inPlainWords } from './clusterErrors';
import { findExisting, type ExistingObject } from './existingObject';
import { requireConnection } from './requireConnection';
import {
  decodeWaitHandle,
  encodeWaitHandle,
  type WaitHandleContent,
} from './waitHandle';

/** A handle, and the user for whom the service that shows it waits. */
interface HeldHandle {
  waitHandle: string;
  onBehalfOf?: string;
}

/** Activities after which the object is gone by our own doing. */
const HISTORY_LENGTH = 50;
const ENDINGS = ['deadline-passed', 'released'];

type Row = Tracked<Image> | Tracked<Volume>;

/**
 * Waits that outlive the token of whoever began them: the initiator is
 * authorised once, when the handle is made; then services ask with their own
 * credentials, and learn and release only what the handle is bound to.
 */
export class WaitService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #volumes: VolumeReader;
  readonly #clock: Clock;
  readonly #currentVersion: CurrentVersionWait;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    volumes: VolumeReader;
    clock: Clock;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#volumes = options.volumes;
    this.#clock = options.clock;
    this.#currentVersion = new CurrentVersionWait(options);
  }

  /**
   * A handle for an object that was made elsewhere. It can release nothing.
   *
   * @throws NotFoundError when it does not exist, or the caller may not see it
   */
  async begin(
    request: WaitRequest,
    options: RequestOptions,
  ): Promise<{ waitHandle: string }> {
    const { kind, namespace, name } = request;
    const { credentials } = options;
    const caller =
      kind === 'volume'
        ? (await this.#authorizer.authorizeVolumes(credentials)).caller
        : await this.#authorizer.authorize(
            credentials,
            goldenImagesReadPermission,
          );
    const cluster = this.#clusters.ofRequest(request.cluster);
    const target = { cluster: cluster.name, kind, namespace, name };
    await this.#refresh(target);
    const row = await this.#row(target);
    if (!row) {
      await requireConnection(this.#tracking, cluster.name);
      throw new NotFoundError(
        `name: there is no ${kind} "${namespace}/${name}" in cluster "${cluster.name}", or you may not see it`,
      );
    }
    if (kind === 'volume') {
      await this.#volumes.get(
        { cluster: cluster.name, namespace, name },
        options,
      );
    }
    return {
      waitHandle: encodeWaitHandle({
        ...target,
        requestHash: row.requestHash,
        initiator: caller.userRef,
        uid: row.ownerUid,
        onTimeout: 'keep',
      }),
    };
  }

  /** @throws NotAllowedError when the handle was given to somebody else */
  async status(held: HeldHandle): Promise<WaitStatus> {
    const handle = this.#open(held);
    const [cluster] = await this.#tracking.clusterStatus(handle.cluster);
    const row =
      (await this.#meantRow(handle)) ?? (await this.#freshMeantRow(handle));
    if (!row) return this.#withoutRow(handle, cluster);
    const status = this.#describe(row, cluster);
    const { object } = row;
    return object.kind === 'image' && status.outcome === 'usable'
      ? this.#currentVersion.refine(status, object, cluster)
      : status;
  }

  async #meantRow(handle: WaitHandleContent): Promise<Row | undefined> {
    const row = await this.#row(handle);
    return row && isMeant(row, handle) ? row : undefined;
  }

  /** The tracker may not have seen our own write yet. */
  async #freshMeantRow(handle: WaitHandleContent): Promise<Row | undefined> {
    await this.#refresh(handle);
    return this.#meantRow(handle);
  }

  /** Only the cluster itself can say that something is gone. */
  async #withoutRow(
    handle: WaitHandleContent,
    cluster: ClusterStatus,
  ): Promise<WaitStatus> {
    const client = this.#tracking.client(handle.cluster);
    let existing: ExistingObject | undefined;
    try {
      existing = await findExisting(client, handle);
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      return unreachable(cluster, handle);
    }
    const { uid, annotations } = existing?.main.metadata ?? {};
    const meant =
      existing !== undefined &&
      annotations?.[ANNOTATIONS.requestHash] === handle.requestHash &&
      (handle.uid === undefined || uid === handle.uid);
    const { claim } = existing ?? {};
    if (!meant && claim && claim.metadata.uid === handle.endOfClaim) {
      return {
        outcome: 'waiting',
        sentence: `Being deleted: its claim ${handle.namespace}/${handle.name} is still there`,
        remedy: 'A Pod may use it: it goes when no Pod does any more.',
        cluster,
      };
    }
    return meant
      ? {
          outcome: 'waiting',
          stage: 'accepted',
          sentence: 'Requested',
          cluster,
        }
      : gone(cluster, handle, {
          replaced: existing !== undefined,
          ended: await this.#howItEnded(handle),
        });
  }

  /** What this product itself did to it, such as at its deadline. */
  async #howItEnded(handle: WaitHandleContent): Promise<string | undefined> {
    if (handle.uid === undefined) return undefined;
    const { cluster, namespace, name } = handle;
    const { items } = await this.#tracking.listActivity(
      { cluster, namespace, name },
      { limit: HISTORY_LENGTH },
    );
    return items.find(
      ({ uid, action }) => uid === handle.uid && ENDINGS.includes(action),
    )?.message;
  }

  /** @throws NotAllowedError when the handle was given to somebody else */
  async release(held: HeldHandle): Promise<WaitRelease> {
    const handle = this.#open(held);
    const { cluster, kind, namespace, name, requestHash, uid } = handle;
    if (await this.#cancelQueued(handle)) {
      return {
        outcome: 'deleted',
        sentence: `${namespace}/${name} still waited for its turn, and is not made any more.`,
      };
    }
    if (requestHash === undefined || handle.onTimeout === 'keep') {
      return {
        outcome: 'kept',
        sentence: `${namespace}/${name} is kept, as was agreed when it was asked for.`,
      };
    }
    return inPlainWords(cluster, () =>
      this.#tracking.release({
        cluster,
        kind,
        namespace,
        name,
        requestHash,
        requestedBy: handle.initiator,
        uid,
      }),
    );
  }

  /** Nothing was written for it, so nothing is lost. */
  async #cancelQueued(handle: WaitHandleContent): Promise<boolean> {
    if (!handle.queued && handle.onTimeout === 'keep') return false;
    const { queue } = this.#tracking;
    const row = await queue.find(handle);
    if (
      row?.requestHash !== handle.requestHash ||
      row?.requestedBy !== handle.initiator
    ) {
      return false;
    }
    return row !== undefined && queue.cancel(row);
  }

  #open({ waitHandle, onBehalfOf }: HeldHandle): WaitHandleContent {
    const handle = decodeWaitHandle(waitHandle);
    this.#clusters.named(handle.cluster);
    // Services act on handles that people may type into a form: what is not
    // theirs must not become theirs that way.
    if (
      onBehalfOf !== undefined &&
      onBehalfOf.toLocaleLowerCase('en-US') !== handle.initiator
    ) {
      throw new NotAllowedError(
        'waitHandle: was given to somebody else; ask for a handle of your own',
      );
    }
    return handle;
  }

  async #row(handle: Target): Promise<Row | undefined> {
    const { cluster, kind, namespace, name } = handle;
    const key = { cluster, namespace, name };
    return kind === 'image'
      ? this.#tracking.reader.getImage(key)
      : this.#tracking.reader.getVolume(key);
  }

  async #refresh(handle: Target): Promise<void> {
    const { cluster, namespace, name } = handle;
    await this.#tracking.refresh({ cluster, namespace, name });
  }

  #describe(row: Row, cluster: ClusterStatus): WaitStatus {
    const { object, stage } = row;
    const info = object.reason && reasonInfo(object.reason);
    const sentence = stateSentence(object, this.#clock.nowMs());
    return {
      outcome: outcomeOf(row),
      stage,
      sentence:
        cluster.connection === 'unreachable'
          ? `${sentence} (as of ${
              cluster.observedAt ?? 'an unknown time'
            }: cluster "${cluster.name}" cannot be reached)`
          : sentence,
      reason: object.reason,
      message: object.message,
      remedy: object.remedy ?? info?.remedy,
      progressPercent: object.progressPercent,
      object,
      cluster,
    };
  }
}

type Target = Pick<
  WaitHandleContent,
  'cluster' | 'kind' | 'namespace' | 'name'
>;

function isMeant(row: Row, handle: WaitHandleContent): boolean {
  return (
    row.requestHash === handle.requestHash &&
    (handle.uid === undefined || row.ownerUid === handle.uid)
  );
}

function outcomeOf(row: Row): WaitStatus['outcome'] {
  switch (row.object.state) {
    case 'ready':
    case 'usable':
      return 'usable';
    case 'failed':
    case 'lost':
      return 'failed';
    case 'deleting':
      return 'gone';
    case 'unknown':
      // No time will make it known.
      return row.object.reason === 'bound-copy-state-unknown'
        ? 'unknown'
        : 'waiting';
    default:
      return row.giveUp ? 'failed' : 'waiting';
  }
}

function unreachable(
  cluster: ClusterStatus,
  handle: WaitHandleContent,
): WaitStatus {
  return {
    outcome: 'waiting',
    sentence: `Cluster "${handle.cluster}" cannot be reached, so nothing is known of ${handle.namespace}/${handle.name} now`,
    message: cluster.message,
    cluster,
  };
}

function gone(
  cluster: ClusterStatus,
  handle: WaitHandleContent,
  { replaced, ended }: { replaced: boolean; ended?: string },
): WaitStatus {
  const name = `${handle.namespace}/${handle.name}`;
  if (ended !== undefined) {
    return {
      outcome: 'gone',
      sentence: ended,
      remedy:
        'Ask for it again; with a longer time-out if it only needs more time.',
      cluster,
    };
  }
  return {
    outcome: 'gone',
    sentence: replaced
      ? `${name} was replaced by another ${handle.kind} of that name`
      : `${name} does not exist any more`,
    remedy: 'Somebody deleted it; ask for it again.',
    cluster,
  };
}
