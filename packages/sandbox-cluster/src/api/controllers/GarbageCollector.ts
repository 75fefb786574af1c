import { removeObject } from '../deletion';
import { resourceKey, type ResourceDefinition } from '../resources';
import type { StoredObject } from '../store';
import type { StoreEvent } from '../watchCache';
import type { KubeObject, OwnerReference } from '../types';
import { isHeld } from '../deletion';
import type { Controller, ControllerContext } from './Controller';
import { OwnerIndex } from './OwnerIndex';
import { WorkQueue } from './WorkQueue';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/**
 * Deletes objects whose owners are gone, and does what `propagationPolicy`
 * asks of a deletion: kube-controller-manager's garbage collector (1.36).
 * An owner of a kind that this server does not have counts as present.
 */
export class GarbageCollector implements Controller {
  readonly #context: ControllerContext;
  readonly #index = new OwnerIndex();
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new WorkQueue({
      ...context,
      process: id => this.#process(id),
    });
    context.store.onCommit(({ type }, event) => this.#observe(type, event));
  }

  resync() {
    for (const collection of this.#context.store.collections()) {
      for (const stored of collection.list()) {
        this.#observe(collection.type, {
          type: 'ADDED',
          revision: stored.revision,
          stored,
        });
      }
    }
  }

  close() {
    this.#queue.close();
  }

  #observe(type: ResourceDefinition, event: StoreEvent) {
    this.#index.update(type, event);
    const { metadata } = event.stored.object;
    if (event.type === 'DELETED') {
      for (const dependent of this.#index.dependentsOf(metadata.uid ?? '')) {
        this.#queue.add(idOf(dependent.type, dependent.key));
      }
      for (const owner of metadata.ownerReferences ?? []) {
        this.#enqueueOwner(event.stored.object, owner);
      }
      return;
    }
    const propagates =
      metadata.deletionTimestamp &&
      (metadata.finalizers?.includes(ORPHAN) ||
        metadata.finalizers?.includes(FOREGROUND));
    if (propagates || metadata.ownerReferences?.length) {
      this.#queue.add(idOf(type, event.stored.key));
    }
  }

  #enqueueOwner(dependent: KubeObject, owner: OwnerReference) {
    const found = this.#find(dependent, owner);
    if (found && found !== 'unknown') {
      this.#queue.add(idOf(found.type, found.stored.key));
    }
  }

  #process(id: string) {
    const [resource, key] = splitId(id);
    const type = this.#context.definitions.get(resource);
    const stored = this.#context.store.collection(type).get(key);
    if (!stored) return;
    const { deletionTimestamp, finalizers = [] } = stored.object.metadata;
    if (deletionTimestamp && finalizers.includes(ORPHAN)) {
      this.#orphan(type, stored);
    } else if (deletionTimestamp && finalizers.includes(FOREGROUND)) {
      this.#deleteDependents(type, stored);
    } else if (!deletionTimestamp) this.#collect(type, stored);
  }

  /** Deletes an object none of whose owners is left; forgets those that are gone beside others. */
  #collect(type: ResourceDefinition, stored: StoredObject) {
    const owners = stored.object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const staying = owners.filter(owner => {
      const found = this.#find(stored.object, owner);
      return found === 'unknown' || (found && !isGoing(found.stored.object));
    });
    if (staying.length === owners.length) return;
    if (staying.length > 0) {
      const object = stored.clone();
      object.metadata.ownerReferences = staying;
      this.#context.store.put(type, object);
      return;
    }
    removeObject({
      ...this.#context,
      type,
      stored,
      deletion: {
        propagationPolicy: stored.object.metadata.finalizers?.includes(ORPHAN)
          ? 'Orphan'
          : 'Background',
      },
      dryRun: false,
    });
  }

  #orphan(type: ResourceDefinition, owner: StoredObject) {
    const { uid = '' } = owner.object.metadata;
    for (const dependent of this.#index.dependentsOf(uid)) {
      const stored = this.#context.store
        .collection(dependent.type)
        .get(dependent.key);
      if (!stored) continue;
      const object = stored.clone();
      const left = (object.metadata.ownerReferences ?? []).filter(
        reference => reference.uid !== uid,
      );
      if (left.length > 0) object.metadata.ownerReferences = left;
      else delete object.metadata.ownerReferences;
      this.#context.store.put(dependent.type, object);
    }
    this.#dropFinalizer(type, owner, ORPHAN);
  }

  #deleteDependents(type: ResourceDefinition, owner: StoredObject) {
    const { uid = '' } = owner.object.metadata;
    let blocked = false;
    for (const dependent of this.#index.dependentsOf(uid)) {
      const stored = this.#context.store
        .collection(dependent.type)
        .get(dependent.key);
      if (!stored) continue;
      if (!stored.object.metadata.deletionTimestamp) {
        this.#collect(dependent.type, stored);
      }
      const left = this.#context.store
        .collection(dependent.type)
        .get(dependent.key);
      blocked ||=
        left?.object.metadata.ownerReferences?.some(
          reference => reference.uid === uid && reference.blockOwnerDeletion,
        ) === true;
    }
    const current = this.#context.store.collection(type).get(owner.key);
    if (!blocked && current) this.#dropFinalizer(type, current, FOREGROUND);
  }

  #dropFinalizer(
    type: ResourceDefinition,
    stored: StoredObject,
    finalizer: string,
  ) {
    const object = stored.clone();
    const left = (object.metadata.finalizers ?? []).filter(
      name => name !== finalizer,
    );
    if (left.length > 0) object.metadata.finalizers = left;
    else delete object.metadata.finalizers;
    this.#context.store.put(type, object);
    if (!isHeld(type, object)) this.#context.store.remove(type, stored.key);
  }

  #find(dependent: KubeObject, owner: OwnerReference) {
    const type = this.#context.definitions.findKind(
      owner.apiVersion,
      owner.kind,
    );
    if (!type) return 'unknown';
    const key = type.namespaced
      ? `${dependent.metadata.namespace}/${owner.name}`
      : owner.name;
    const stored = this.#context.store.collection(type).get(key);
    return stored?.object.metadata.uid === owner.uid
      ? { type, stored }
      : undefined;
  }
}

/** An owner that waits for its dependents does not keep them. */
function isGoing({ metadata }: KubeObject): boolean {
  return Boolean(
    metadata.deletionTimestamp && metadata.finalizers?.includes(FOREGROUND),
  );
}

function idOf(type: ResourceDefinition, key: string): string {
  return `${resourceKey(type.group, type.plural)} ${key}`;
}

function splitId(id: string): [string, string] {
  const at = id.indexOf(' ');
  return [id.slice(0, at), id.slice(at + 1)];
}
