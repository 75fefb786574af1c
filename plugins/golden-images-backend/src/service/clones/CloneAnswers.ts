import {
  ANNOTATIONS,
  type CloneResponse,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { CloneRequestRow } from '../../database';
import type { Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import type { CreateResult } from '../IdempotentCreate';
import { volumeDraft } from '../drafts';
import { encodeWaitHandle } from '../waitHandle';
import type { CloneOrder } from './CloneOrder';
import type { StoredClone } from './CloneTurn';
import type { CloneDraft } from './CloneWriter';

/** What whoever asked for a clone is told. */
export class CloneAnswers {
  readonly #tracking: Tracking;
  readonly #clock: Clock;

  constructor(options: { tracking: Tracking; clock: Clock }) {
    this.#tracking = options.tracking;
    this.#clock = options.clock;
  }

  /** Of a request that waits, or that somebody else is writing. */
  async queued(
    row: CloneRequestRow,
    more: { created: boolean; dryRun: boolean; warnings?: string[] },
  ): Promise<CloneResponse> {
    const { cluster, namespace, name, requestHash, requestedBy } = row;
    const { agreement } = row.request as StoredClone;
    return {
      created: more.created,
      dryRun: more.dryRun,
      volume: await this.#shown(row),
      waitHandle: more.dryRun
        ? undefined
        : encodeWaitHandle({
            cluster,
            kind: 'volume',
            namespace,
            name,
            requestHash,
            initiator: requestedBy,
            onTimeout: agreement.onTimeout,
            queued: true,
          }),
      warnings: more.warnings ?? [],
    };
  }

  async #shown(row: CloneRequestRow): Promise<Volume> {
    const { reader, queue } = this.#tracking;
    // Of what waits there is nothing else to show.
    const object =
      row.state === 'waiting' ? undefined : await reader.getVolume(row);
    return object?.object ?? queue.show(row);
  }

  /** Of what has an object in the cluster, or would have one. */
  async made(
    order: CloneOrder,
    result: CreateResult,
    more: {
      dryRun: boolean;
      draft?: CloneDraft;
      owner?: string;
      warnings?: string[];
    },
  ): Promise<CloneResponse> {
    const { namespace, name } = order.request;
    const cluster = order.cluster.name;
    const { uid, annotations } = result.object.metadata;
    return {
      created: result.created,
      dryRun: more.dryRun,
      volume: await this.#asVolume(order, result, more),
      waitHandle: more.dryRun
        ? undefined
        : encodeWaitHandle({
            cluster,
            kind: 'volume',
            namespace,
            name,
            requestHash: annotations?.[ANNOTATIONS.requestHash],
            initiator: order.person.userRef,
            uid,
            onTimeout: order.agreement.onTimeout,
          }),
      warnings: [...(more.warnings ?? []), ...result.warnings],
    };
  }

  async #asVolume(
    order: CloneOrder,
    { object }: CreateResult,
    { draft, owner }: { draft?: CloneDraft; owner?: string },
  ): Promise<Volume> {
    const { namespace, name } = order.request;
    const cluster = order.cluster.name;
    const { reader } = this.#tracking;
    const tracked = await reader.getVolume({ cluster, namespace, name });
    if (tracked && tracked.ownerUid === object.metadata.uid) {
      return tracked.object;
    }
    const { entityRef } = order;
    return volumeDraft(
      object,
      draft && { source: draft.source, entityRef, owner },
      {
        cluster,
        requestedBy:
          object.metadata.annotations?.[ANNOTATIONS.requestedBy] ??
          order.person.userRef,
        nowMs: this.#clock.nowMs(),
      },
    );
  }
}
