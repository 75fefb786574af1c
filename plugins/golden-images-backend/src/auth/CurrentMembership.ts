import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Person } from './Caller';

/** A group within a group, and so on. */
const MAX_DEPTH = 10;

/**
 * What a person owns by now, when their token is over: of what they owned when
 * they asked, what the catalog does not contradict. A group that is in the
 * catalog counts only while they are in it, directly or through its children.
 */
export class CurrentMembership {
  readonly #catalog: CatalogService;
  readonly #admins: string[];

  constructor(catalog: CatalogService, admins: string[]) {
    this.#catalog = catalog;
    this.#admins = admins;
  }

  async of(then: Person, credentials: BackstageCredentials): Promise<Person> {
    const groups = then.ownershipRefs.filter(ref => ref !== then.userRef);
    const known = await this.#find([then.userRef, ...groups], credentials);
    const member = await this.#groupsOf(known.get(then.userRef), credentials);
    const ownershipRefs = then.ownershipRefs.filter(
      ref => ref === then.userRef || !known.has(ref) || member.has(ref),
    );
    return {
      userRef: then.userRef,
      ownershipRefs,
      admin: ownershipRefs.some(ref => this.#admins.includes(ref)),
    };
  }

  async #groupsOf(
    user: Entity | undefined,
    credentials: BackstageCredentials,
  ): Promise<Set<string>> {
    const found = new Set<string>();
    let next = targets(user, 'memberOf');
    for (let depth = 0; next.length > 0 && depth < MAX_DEPTH; depth += 1) {
      next.forEach(ref => found.add(ref));
      const groups = await this.#find(next, credentials);
      next = [...groups.values()]
        .flatMap(group => targets(group, 'childOf'))
        .filter(ref => !found.has(ref));
    }
    return found;
  }

  async #find(
    entityRefs: string[],
    credentials: BackstageCredentials,
  ): Promise<Map<string, Entity>> {
    const { items } = await this.#catalog.getEntitiesByRefs(
      { entityRefs, fields: ['kind', 'metadata', 'relations'] },
      { credentials },
    );
    return new Map(
      items
        .filter(entity => entity !== undefined)
        .map(entity => [stringifyEntityRef(entity), entity]),
    );
  }
}

function targets(entity: Entity | undefined, type: string): string[] {
  return (entity?.relations ?? [])
    .filter(relation => relation.type === type)
    .map(relation => relation.targetRef.toLocaleLowerCase('en-US'));
}
