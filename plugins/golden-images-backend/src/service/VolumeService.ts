import { ConflictError, InputError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesClonePermission,
  type CloneRequest,
  type CloneResponse,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { CloneRequestRow } from '../database';
import type { Entered, Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import type { CreateResult } from './IdempotentCreate';
import type { RequestOptions } from './ImageService';
import {
  createTargetOf,
  manifestOf,
  type CloneDraft,
  type CloneOrder,
  type Clones,
  type StoredClone,
} from './clones';
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
      const asked = await this.#tracking.queue.find(keyOf(order));
      // What an earlier run was resolved to wins: the alias may have moved.
      const earlier = (await this.#mayExist(order, asked, dryRun))
        ? await writer.earlier(order, dryRun)
        : undefined;
      if (earlier) {
        if (!dryRun) await this.#extend(order, earlier);
        return this.#answer(order, earlier, { dryRun });
      }
      const queued = await this.#queued(order, asked);
      if (queued) return this.#answerQueued(queued, { created: false });
      const verdict = new Verdict();
      const draft = await planner.plan(order, namespace, verdict);
      verdict.problems.throwIfAny();
      if (!draft) throw new InputError('image: cannot be cloned');
      const { owner } = namespace;
      const { warnings } = verdict;
      if (dryRun) {
        const result = await writer.write(order, draft, dryRun);
        return this.#answer(order, result, { dryRun, draft, owner, warnings });
      }
      const { outcome, row } = await this.#enter(order, draft, owner);
      if (outcome !== 'admitted') {
        return this.#answerQueued(row, {
          created: outcome === 'waiting',
          warnings,
        });
      }
      const result = await this.#writeNow(order, draft, row);
      return this.#answer(order, result, { dryRun, draft, owner, warnings });
    });
  }

  /**
   * Whether an object of this name is looked for in the cluster. Where watches
   * have told of none there is none to find: whatever they do not know yet is
   * found when the clone is written. What was written and has not been seen yet
   * still has its row, which is why that is read first.
   */
  async #mayExist(
    order: CloneOrder,
    asked: CloneRequestRow | undefined,
    dryRun: boolean,
  ): Promise<boolean> {
    if (dryRun || asked?.state === 'written') return true;
    return this.#tracking.mayExist(keyOf(order));
  }

  /**
   * The same request, which waits already. What waits under this name for
   * something else stays; what failed in the queue makes way.
   *
   * @throws ConflictError
   */
  async #queued(
    order: CloneOrder,
    row: CloneRequestRow | undefined,
  ): Promise<CloneRequestRow | undefined> {
    const { queue } = this.#tracking;
    const { namespace, name, identity } = createTargetOf(order, false);
    if (!row || row.state === 'written') return undefined;
    if (row.state === 'failed') {
      await queue.cancel(row);
      return undefined;
    }
    if (row.requestHash === identity.hash) return row;
    throw new ConflictError(
      `A request for "${namespace}/${name}" waits for its turn, and asks for something else. Choose another name, or cancel that one by deleting it.`,
    );
  }

  async #enter(
    order: CloneOrder,
    draft: CloneDraft,
    owner: string | undefined,
  ): Promise<Entered> {
    const { request, person, agreement, entityRef } = order;
    const { cluster, namespace, name, identity } = createTargetOf(order, false);
    const { source } = draft;
    const stored: StoredClone = { request, person, agreement };
    return this.#tracking.queue.enter({
      cluster,
      namespace,
      name,
      requestHash: identity.hash,
      requestedBy: person.userRef,
      entityRef,
      imageKey: `${source.namespace}/${source.name}`,
      request: stored,
      document: volumeDraft(
        manifestOf(order, draft),
        { source, entityRef, owner },
        { cluster, requestedBy: person.userRef, nowMs: this.#clock.nowMs() },
      ),
    });
  }

  async #writeNow(
    order: CloneOrder,
    draft: CloneDraft,
    row: CloneRequestRow,
  ): Promise<CreateResult> {
    const { queue } = this.#tracking;
    try {
      const result = await this.#clones.writer.write(order, draft, false);
      await queue.written(row, result.object.metadata.uid ?? '');
      return result;
    } catch (error) {
      await queue.drop(row);
      throw error;
    }
  }

  async #answerQueued(
    row: CloneRequestRow,
    more: { created: boolean; warnings?: string[] },
  ): Promise<CloneResponse> {
    const { cluster, namespace, name, requestHash, requestedBy } = row;
    const { agreement } = row.request as StoredClone;
    return {
      created: more.created,
      dryRun: false,
      volume: await this.#shown(row),
      waitHandle: encodeWaitHandle({
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

function keyOf({ cluster, request }: CloneOrder) {
  const { namespace, name } = request;
  return { cluster: cluster.name, namespace, name };
}
