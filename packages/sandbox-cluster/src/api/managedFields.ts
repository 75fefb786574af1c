import { isDeepStrictEqual } from 'node:util';
import {
  fieldSetOf,
  fromFieldsV1,
  toFieldsV1,
  valueAt,
  type FieldSet,
} from './fieldSets';
import {
  timestamp,
  type Clock,
  type KubeObject,
  type ManagedFieldsEntry,
} from './types';

/**
 * Keeps the book of fields through a change that is not an apply: whoever
 * changes a field owns it from here on, and no one else does.
 *
 * The book is kept only for objects that were applied at least once; nothing
 * but apply reads it.
 */
export function recordUpdate(
  next: KubeObject,
  previous: KubeObject,
  options: { fieldManager?: string; subresource?: string },
  clock: Clock,
) {
  const entries = next.metadata.managedFields;
  if (!entries || entries.length === 0) {
    delete next.metadata.managedFields;
    return;
  }
  const changed = changedPaths(next, previous);
  if (changed.size === 0) return;
  const manager = options.fieldManager ?? 'unknown';
  const isOwn = (entry: ManagedFieldsEntry) =>
    entry.manager === manager &&
    entry.operation === 'Update' &&
    entry.subresource === options.subresource;
  const own = fromFieldsV1(entries.find(isOwn)?.fieldsV1 ?? {});
  for (const path of changed) {
    if (valueAt(next, path) === undefined) own.delete(path);
    else own.add(path);
  }
  const others = withoutPaths(
    entries.filter(entry => !isOwn(entry)),
    changed,
  );
  const title = {
    manager,
    operation: 'Update' as const,
    apiVersion: next.apiVersion,
    subresource: options.subresource,
  };
  next.metadata.managedFields =
    own.size > 0 ? [...others, newEntry(title, own, clock)] : others;
}

/** Entries without these paths; those that own nothing more are left out. */
export function withoutPaths(
  entries: ManagedFieldsEntry[],
  paths: FieldSet,
): ManagedFieldsEntry[] {
  return entries.flatMap(entry => {
    const set = fromFieldsV1(entry.fieldsV1);
    const kept = new Set([...set].filter(path => !paths.has(path)));
    if (kept.size === set.size) return entry;
    return kept.size === 0 ? [] : { ...entry, fieldsV1: toFieldsV1(kept) };
  });
}

export function newEntry(
  entry: Pick<
    ManagedFieldsEntry,
    'manager' | 'operation' | 'apiVersion' | 'subresource'
  >,
  set: FieldSet,
  clock: Clock,
): ManagedFieldsEntry {
  const { subresource, ...rest } = entry;
  return {
    ...rest,
    time: timestamp(clock),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(set),
    ...(subresource ? { subresource } : {}),
  };
}

function changedPaths(next: KubeObject, previous: KubeObject): FieldSet {
  const changed: FieldSet = new Set();
  for (const path of [...fieldSetOf(next), ...fieldSetOf(previous)]) {
    if (!isDeepStrictEqual(valueAt(next, path), valueAt(previous, path))) {
      changed.add(path);
    }
  }
  return changed;
}
