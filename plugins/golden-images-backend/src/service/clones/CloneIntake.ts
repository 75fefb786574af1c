import { ConflictError, InputError } from '@backstage/errors';
import type {
  CloneRequest,
  CloneResponse,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../../auth';
import type { CloneRequestRow } from '../../database';
import type { Entered, NewEntry, Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import type { CreateResult } from '../IdempotentCreate';
import { volumeDraft } from '../drafts';
import { extendDeadline } from '../extendDeadline';
import { Verdict } from '../preflight';
import { CloneAnswers } from './CloneAnswers';
import { createTargetOf, type CloneOrder } from './CloneOrder';
import type { StoredClone } from './CloneTurn';
import { manifestOf, type CloneDraft } from './CloneWriter';
import type { Clones } from './Clones';

/** A clone that nothing speaks against, to be accepted. */
export interface Acceptable {
  order: CloneOrder;
  draft: CloneDraft;
  /** Of its namespace. */
  owner?: string;
  warnings: string[];
}

/** The answer is known before anything is accepted, or else what is to be accepted. */
export type Prepared =
  | { answer: CloneResponse; acceptable?: undefined }
  | { answer?: undefined; acceptable: Acceptable };

/** How one request becomes a clone: looked at, accepted, and written if it has its turn at once. */
export class CloneIntake {
  readonly #tracking: Tracking;
  readonly #clock: Clock;
  readonly #clones: Clones;
  readonly #answers: CloneAnswers;

  constructor(options: { tracking: Tracking; clock: Clock; clones: Clones }) {
    this.#tracking = options.tracking;
    this.#clock = options.clock;
    this.#clones = options.clones;
    this.#answers = new CloneAnswers(options);
  }

  /**
   * All that is looked at before anything is written. An earlier run of the same
   * request, and a dry run, are answered here.
   *
   * @throws NotAllowedError, NotFoundError, ProblemsError, ConflictError,
   *   KubernetesApiError
   */
  async prepare(
    request: CloneRequest,
    caller: Caller,
    dryRun: boolean,
  ): Promise<Prepared> {
    const { order, namespace } = await this.#clones.order(request, caller);
    const { writer, planner } = this.#clones;
    const asked = await this.#tracking.queue.find(keyOf(order));
    // What an earlier run was resolved to wins: the alias may have moved.
    const earlier = (await this.#mayExist(order, asked, dryRun))
      ? await writer.earlier(order, dryRun)
      : undefined;
    if (earlier) {
      if (!dryRun) await this.#extend(order, earlier);
      return { answer: await this.#answers.made(order, earlier, { dryRun }) };
    }
    const queued = await this.#queued(order, asked, dryRun);
    if (queued) {
      const answer = await this.#answers.queued(queued, {
        created: false,
        dryRun,
      });
      return { answer };
    }
    const verdict = new Verdict();
    const draft = await planner.plan(order, namespace, verdict);
    verdict.problems.throwIfAny();
    if (!draft) throw new InputError('image: cannot be cloned');
    const { owner } = namespace;
    const { warnings } = verdict;
    if (!dryRun) return { acceptable: { order, draft, owner, warnings } };
    const result = await writer.write(order, draft, dryRun);
    const more = { dryRun, draft, owner, warnings };
    return { answer: await this.#answers.made(order, result, more) };
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
    dryRun: boolean,
  ): Promise<CloneRequestRow | undefined> {
    if (!row || row.state === 'written') return undefined;
    if (row.state === 'failed') {
      if (!dryRun) await this.#tracking.queue.cancel(row);
      return undefined;
    }
    this.#requireSame(order, row);
    return row;
  }

  #requireSame(order: CloneOrder, row: CloneRequestRow): void {
    const { namespace, name, identity } = createTargetOf(order, false);
    if (row.requestHash === identity.hash) return;
    throw new ConflictError(
      `A request for "${namespace}/${name}" waits for its turn, and asks for something else. Choose another name, or cancel that one by deleting it.`,
    );
  }

  /** What the queue keeps of it. */
  entryOf({ order, draft, owner }: Acceptable): NewEntry {
    const { request, person, agreement, entityRef } = order;
    const { cluster, namespace, name, identity } = createTargetOf(order, false);
    const { source } = draft;
    const stored: StoredClone = { request, person, agreement };
    return {
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
    };
  }

  /**
   * Writes what was given its turn at once.
   *
   * @throws ConflictError when another request has just taken the name,
   *   InputError, KubernetesApiError
   */
  async finish(
    { order, draft, owner, warnings }: Acceptable,
    { outcome, row }: Entered,
  ): Promise<CloneResponse> {
    if (outcome === 'taken') this.#requireSame(order, row);
    if (outcome !== 'admitted') {
      const created = outcome === 'waiting';
      return this.#answers.queued(row, { created, dryRun: false, warnings });
    }
    const result = await this.#writeNow(order, draft, row);
    const more = { dryRun: false, draft, owner, warnings };
    return this.#answers.made(order, result, more);
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

  async #extend(order: CloneOrder, { object }: CreateResult): Promise<void> {
    const client = this.#tracking.client(order.cluster.name);
    await extendDeadline(client, object, order.agreement);
  }
}

function keyOf({ cluster, request }: CloneOrder) {
  const { namespace, name } = request;
  return { cluster: cluster.name, namespace, name };
}
