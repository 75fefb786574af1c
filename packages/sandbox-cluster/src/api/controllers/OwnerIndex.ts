import type { ResourceDefinition } from '../resources';
import type { StoreEvent } from '../watchCache';
import type { KubeObject } from '../types';

export interface Dependent {
  type: ResourceDefinition;
  key: string;
  uid: string;
}

/** Which objects name an owner, by the uid of the owner. */
export class OwnerIndex {
  readonly #byOwner = new Map<string, Map<string, Dependent>>();

  dependentsOf(ownerUid: string): Dependent[] {
    return [...(this.#byOwner.get(ownerUid)?.values() ?? [])];
  }

  update(type: ResourceDefinition, event: StoreEvent) {
    const { stored, previous } = event;
    const { uid = '' } = stored.object.metadata;
    const before = ownersOf(previous?.object);
    const now = event.type === 'DELETED' ? [] : ownersOf(stored.object);
    for (const owner of before) {
      if (!now.includes(owner)) this.#remove(owner, uid);
    }
    for (const owner of now) {
      const dependents = this.#byOwner.get(owner) ?? new Map();
      dependents.set(uid, { type, key: stored.key, uid });
      this.#byOwner.set(owner, dependents);
    }
  }

  #remove(owner: string, uid: string) {
    const dependents = this.#byOwner.get(owner);
    dependents?.delete(uid);
    if (dependents?.size === 0) this.#byOwner.delete(owner);
  }
}

function ownersOf(object: KubeObject | undefined): string[] {
  return (object?.metadata.ownerReferences ?? []).map(({ uid }) => uid);
}
