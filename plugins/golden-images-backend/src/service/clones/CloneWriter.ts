import type { CloneTarget } from '../../manifests';
import {
  cloneManifest,
  type Claim,
  type CloneSource,
  type DataVolume,
} from '../../manifests';
import type { Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import { IdempotentCreate, type CreateResult } from '../IdempotentCreate';
import { createTargetOf, type CloneOrder } from './CloneOrder';

/** What an order was resolved to. */
export interface CloneDraft {
  source: CloneSource;
  target: CloneTarget;
}

/** The claim or DataVolume of an order. */
export function manifestOf(
  order: CloneOrder,
  { source, target }: CloneDraft,
): Claim | DataVolume {
  const { request, person, entityRef, kubernetesId, agreement } = order;
  return cloneManifest({
    source,
    target: { ...target, entityRef, kubernetesId },
    identity: createTargetOf(order, false).identity,
    provenance: {
      requestedBy: person.userRef,
      taskId: request.taskId,
      ...agreement,
    },
  });
}

/** Writes the claim or DataVolume of a clone. */
export class CloneWriter {
  readonly #tracking: Tracking;
  readonly #create: IdempotentCreate;

  constructor(options: { tracking: Tracking; clock: Clock }) {
    this.#tracking = options.tracking;
    this.#create = new IdempotentCreate(options);
  }

  /**
   * The object of an earlier run of the same order.
   *
   * @throws ConflictError when the name is taken
   */
  async earlier(
    order: CloneOrder,
    dryRun: boolean,
  ): Promise<CreateResult | undefined> {
    return this.#create.earlier(createTargetOf(order, dryRun));
  }

  /** @throws ConflictError, InputError, KubernetesApiError */
  async write(
    order: CloneOrder,
    draft: CloneDraft,
    dryRun: boolean,
  ): Promise<CreateResult> {
    const result = await this.#create.create(
      createTargetOf(order, dryRun),
      manifestOf(order, draft),
    );
    if (!dryRun) await this.#afterwards(order, result);
    return result;
  }

  async #afterwards(order: CloneOrder, result: CreateResult): Promise<void> {
    const { namespace, name } = order.request;
    const key = { cluster: order.cluster.name, namespace, name };
    await this.#tracking.refresh(key);
    if (!result.created) return;
    await this.#tracking.recordActivity({
      ...key,
      kind: 'volume',
      entityRef: order.request.entityRef,
      uid: result.object.metadata.uid,
      action: 'clone-requested',
      actor: order.person.userRef,
      message: `Clone ${namespace}/${name} requested`,
    });
  }
}
