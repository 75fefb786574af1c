import type { ResourceDefinition } from './resources';
import { preconditionFailed } from './statusErrors';
import type { Store, StoredObject } from './store';
import { timestamp, type Clock, type KubeObject } from './types';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  propagationPolicy?: PropagationPolicy;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * Deletes an object, or marks it while finalizers hold it, as
 * `registry.Store.Delete` of Kubernetes 1.36 does.
 *
 * @throws ApiError 409 when a precondition does not hold
 */
export function removeObject(options: {
  store: Store;
  clock: Clock;
  type: ResourceDefinition;
  stored: StoredObject;
  deletion: DeleteOptions;
  dryRun: boolean;
}): { object: KubeObject; removed: boolean } {
  const { store, clock, type, stored, deletion, dryRun } = options;
  checkPreconditions(type, stored.object, deletion);
  const object = stored.clone();
  const { metadata } = object;
  const finalizers = finalizersFor(metadata.finalizers, deletion);
  if (!isHeld(type, { ...object, metadata: { ...metadata, finalizers } })) {
    if (!dryRun) store.remove(type, stored.key);
    return { object, removed: true };
  }
  const changed =
    !metadata.deletionTimestamp ||
    finalizers.length !== (metadata.finalizers?.length ?? 0);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  if (!metadata.deletionTimestamp) {
    metadata.deletionTimestamp = timestamp(clock);
    metadata.deletionGracePeriodSeconds = 0;
    if (metadata.generation !== undefined) metadata.generation += 1;
    if (type.kind === 'Namespace' && !type.group) {
      delete metadata.deletionGracePeriodSeconds;
      object.status = { ...object.status, phase: 'Terminating' };
    }
  }
  if (!dryRun && changed) store.put(type, object);
  return { object, removed: false };
}

/** Whether finalizers keep an object that is being deleted; a namespace has one of its own in its spec. */
export function isHeld(type: ResourceDefinition, object: KubeObject): boolean {
  if (object.metadata.finalizers?.length) return true;
  const { finalizers } = object.spec ?? {};
  return (
    type.kind === 'Namespace' &&
    !type.group &&
    Array.isArray(finalizers) &&
    finalizers.length > 0
  );
}

function finalizersFor(
  present: string[] = [],
  { propagationPolicy }: DeleteOptions,
): string[] {
  const others = present.filter(
    name => name !== 'orphan' && name !== 'foregroundDeletion',
  );
  switch (propagationPolicy) {
    case 'Orphan':
      return [...others, 'orphan'];
    case 'Foreground':
      return [...others, 'foregroundDeletion'];
    case 'Background':
      return others;
    default:
      return present;
  }
}

function checkPreconditions(
  type: ResourceDefinition,
  object: KubeObject,
  { preconditions }: DeleteOptions,
) {
  const { uid, resourceVersion, name = '' } = object.metadata;
  if (preconditions?.uid && preconditions.uid !== uid) {
    throw preconditionFailed(
      type,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (
    preconditions?.resourceVersion &&
    preconditions.resourceVersion !== resourceVersion
  ) {
    throw preconditionFailed(
      type,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}
