import {
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { InputError, NotAllowedError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { Batches } from '../batching';
import { askerKey } from './askerKey';
import { owns, type Caller, type Requester } from './Caller';
import { RecentAnswers } from './RecentAnswers';

/** Annotations of Backstage's Kubernetes plugin. */
const KUBERNETES_ID = 'backstage.io/kubernetes-id';
const KUBERNETES_NAMESPACE = 'backstage.io/kubernetes-namespace';
const KUBERNETES_CLUSTER = 'backstage.io/kubernetes-cluster';
const KUBERNETES_LABEL_SELECTOR = 'backstage.io/kubernetes-label-selector';

/** What is needed of an entity in the catalog. */
export interface EntityFacts {
  ref: string;
  /** Targets of its relations `ownedBy`, in lower case. */
  owners: string[];
  /** Annotation `backstage.io/kubernetes-id`. */
  kubernetesId?: string;
  /** Annotation `backstage.io/kubernetes-label-selector`, as written. */
  labelSelector?: string;
  /** Annotation `backstage.io/kubernetes-namespace`: labels count in it alone. */
  kubernetesNamespace?: string;
  /** Annotation `backstage.io/kubernetes-cluster`: labels count in it alone. */
  kubernetesCluster?: string;
}

interface Question {
  ref: string;
  caller: Requester;
}

/** Entities as the caller sees them: the catalog gets the caller's credentials. */
export class EntityAccess {
  readonly #catalog: CatalogService;
  readonly #recent: RecentAnswers<EntityFacts | undefined>;
  readonly #questions: Batches<Question, EntityFacts | undefined>;

  constructor(catalog: CatalogService, clock: { nowMs(): number }) {
    this.#catalog = catalog;
    this.#recent = new RecentAnswers(() => clock.nowMs());
    this.#questions = new Batches(questions => this.#askAll(questions));
  }

  /**
   * `undefined` when it does not exist, or the caller may not see it. What one
   * user asks for at the same time is asked for in one question.
   */
  async find(ref: string, caller: Requester): Promise<EntityFacts | undefined> {
    return this.#questions.get(askerKey(caller.credentials, caller), {
      ref,
      caller,
    });
  }

  async #askAll(questions: Question[]): Promise<(EntityFacts | undefined)[]> {
    const refs = Array.from(new Set(questions.map(({ ref }) => ref)));
    const [{ caller }] = questions;
    const { items } = await this.#request(refs, caller);
    const found = new Map(
      refs.map((ref, index) => {
        const entity = items[index];
        return [ref, entity && facts(entity)];
      }),
    );
    return questions.map(({ ref }) => found.get(ref));
  }

  async #request(entityRefs: string[], { credentials }: Requester) {
    return this.#catalog.getEntitiesByRefs(
      { entityRefs, fields: ['kind', 'metadata', 'relations'] },
      { credentials },
    );
  }

  /** As `find`, at most 5 s old: for reads only. */
  async findRecent(
    ref: string,
    caller: Caller,
  ): Promise<EntityFacts | undefined> {
    return this.#recent.get(`${caller.userRef} ${ref}`, () =>
      this.find(ref, caller),
    );
  }

  /**
   * Those that are there for the caller, by their refs; at most 5 s old, for
   * reads only. What is not known yet is asked for in one question.
   */
  async findAllRecent(
    refs: string[],
    caller: Caller,
  ): Promise<Map<string, EntityFacts>> {
    const found = await Promise.all(
      refs.map(ref => this.findRecent(ref, caller)),
    );
    return new Map(
      found
        .filter(entity => entity !== undefined)
        .map(entity => [entity.ref, entity]),
    );
  }

  /**
   * Checks that the caller may attach a volume to this entity. One that is not
   * in the catalog yet is accepted: templates register it afterwards, and it is
   * shown there only if its owner is the namespace's.
   *
   * @throws NotAllowedError when it exists and belongs to others
   */
  async requireOwnerIfPresent(
    ref: string,
    caller: Requester,
  ): Promise<EntityFacts | undefined> {
    const entity = await this.find(ref, caller);
    if (entity && !isOwnedBy(entity, caller)) {
      throw new NotAllowedError(
        `entityRef: ${ref} belongs to ${
          entity.owners.join(', ') || 'nobody'
        }, not to ${
          caller.userRef
        }; name an entity of your own, or ask its owner to clone`,
      );
    }
    return entity;
  }
}

/** @throws InputError naming the field */
export function normalizeEntityRef(text: string, field: string): string {
  try {
    return stringifyEntityRef(parseEntityRef(text));
  } catch {
    throw new InputError(
      `${field}: "${text}" must be a full entity reference such as "component:default/orders"`,
    );
  }
}

function isOwnedBy(entity: EntityFacts, caller: Requester): boolean {
  return caller.admin || entity.owners.some(owner => owns(caller, owner));
}

function facts(entity: Entity): EntityFacts {
  const annotations = entity.metadata.annotations ?? {};
  return {
    ref: stringifyEntityRef(entity),
    owners: (entity.relations ?? [])
      .filter(relation => relation.type === 'ownedBy')
      .map(relation => relation.targetRef.toLocaleLowerCase('en-US')),
    kubernetesId: annotations[KUBERNETES_ID],
    labelSelector: annotations[KUBERNETES_LABEL_SELECTOR],
    kubernetesNamespace: annotations[KUBERNETES_NAMESPACE],
    kubernetesCluster: annotations[KUBERNETES_CLUSTER],
  };
}
