import { InputError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesClonePermission,
  type CloneRequest,
  type CloneResponse,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import type { CreateResult } from './IdempotentCreate';
import type { RequestOptions } from './ImageService';
import type { CloneDraft, CloneOrder, Clones } from './clones';
import { inPlainWords } from './clusterErrors';
import { volumeDraft } from './drafts';
import { extendDeadline } from './extendDeadline';
import { Verdict } from './preflight';
import { encodeWaitHandle } from './waitHandle';

/** Clones of golden images as idempotent creates. */
export class VolumeService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;
  readonly #clones: Clones;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    clock: Clock;
    clones: Clones;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#clock = options.clock;
    this.#clones = options.clones;
  }

  /**
   * Clones a ready image into a namespace of the caller's.
   *
   * @throws NotAllowedError, NotFoundError naming who can import the image,
   *   InputError with every problem at once, ConflictError when the name is
   *   taken, ServiceUnavailableError
   */
  async clone(
    request: CloneRequest,
    options: RequestOptions & { dryRun: boolean },
  ): Promise<CloneResponse> {
    const caller = await this.#authorizer.authorize(
      options.credentials,
      goldenImagesClonePermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    return inPlainWords(cluster.name, async () => {
      const { order, namespace } = await this.#clones.order(request, caller);
      const { writer, planner } = this.#clones;
      const { dryRun } = options;
      // What an earlier run was resolved to wins: the alias may have moved.
      const earlier = await writer.earlier(order, dryRun);
      if (earlier) {
        if (!dryRun) await this.#extend(order, earlier);
        return this.#answer(order, earlier, { dryRun });
      }
      const verdict = new Verdict();
      const draft = await planner.plan(order, namespace, verdict);
      verdict.problems.throwIfAny();
      if (!draft) throw new InputError('image: cannot be cloned');
      const result = await writer.write(order, draft, dryRun);
      return this.#answer(order, result, {
        dryRun,
        draft,
        owner: namespace.owner,
        warnings: verdict.warnings,
      });
    });
  }

  async #extend(order: CloneOrder, { object }: CreateResult): Promise<void> {
    const client = this.#tracking.client(order.cluster.name);
    await extendDeadline(client, object, order.agreement);
  }

  async #answer(
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
