import { isDeepStrictEqual } from 'node:util';
import {
  fieldSetOf,
  fromFieldsV1,
  removeAt,
  showPath,
  valueAt,
  withParents,
  type FieldSet,
} from './fieldSets';
import { newEntry, withoutPaths } from './managedFields';
import { ApiError } from './statusErrors';
import {
  isObject,
  type Clock,
  type Json,
  type KubeObject,
  type ManagedFieldsEntry,
} from './types';

export interface ApplyOptions {
  fieldManager: string;
  force: boolean;
  clock: Clock;
}

/**
 * Server-side apply: `applied` is all that this manager wants. What it wanted
 * before and no longer names is removed, unless somebody else owns it too.
 * Lists are replaced as a whole.
 *
 * @throws ApiError 409 when a field of another manager would change
 */
export function applyTo(
  live: KubeObject | undefined,
  applied: KubeObject,
  { fieldManager, force, clock }: ApplyOptions,
): KubeObject {
  const wanted = fieldSetOf(applied);
  const entries = live?.metadata.managedFields ?? [];
  const isOwn = (entry: ManagedFieldsEntry) =>
    entry.manager === fieldManager && entry.operation === 'Apply';
  const own = entries.find(isOwn);
  let others = entries.filter(entry => !isOwn(entry));
  const changed = live ? changedBy(wanted, applied, live) : wanted;
  const contested = conflicts(changed, others);
  if (contested.length > 0) {
    if (!force) throw conflictError(contested);
    others = withoutPaths(others, changed);
  }
  const result = (live ? merge(live, applied) : applied) as KubeObject;
  const elsewhere = new Set(
    others.flatMap(entry => [...fromFieldsV1(entry.fieldsV1)]),
  );
  for (const path of own ? fromFieldsV1(own.fieldsV1) : []) {
    if (!wanted.has(path) && !elsewhere.has(path)) {
      if (!hasBelow(wanted, path)) removeAt(result, path);
    }
  }
  const entry = newEntry(
    {
      manager: fieldManager,
      operation: 'Apply',
      apiVersion: applied.apiVersion,
    },
    wanted,
    clock,
  );
  const unchanged = own && isDeepStrictEqual(own.fieldsV1, entry.fieldsV1);
  result.metadata.managedFields = [unchanged ? own : entry, ...others];
  return result;
}

/** Paths whose value is not yet what is wanted, and maps around them that are not there yet. */
function changedBy(
  wanted: FieldSet,
  applied: KubeObject,
  live: KubeObject,
): FieldSet {
  const changed: FieldSet = new Set();
  for (const path of wanted) {
    const value = valueAt(applied, path);
    const now = valueAt(live, path);
    if (isDeepStrictEqual(value, now)) continue;
    // An empty map asks for nothing inside of a map that is there.
    if (isObject(value) && isObject(now)) continue;
    for (const part of withParents(path)) {
      if (part === path || valueAt(live, part) === undefined) changed.add(part);
    }
  }
  return changed;
}

function conflicts(changed: FieldSet, others: ManagedFieldsEntry[]) {
  return others.flatMap(entry => {
    const paths = [...fromFieldsV1(entry.fieldsV1)].filter(path =>
      changed.has(path),
    );
    return paths.length > 0 ? [{ entry, paths }] : [];
  });
}

function conflictError(
  contested: { entry: ManagedFieldsEntry; paths: string[] }[],
) {
  const title = ({ manager, operation, apiVersion }: ManagedFieldsEntry) =>
    `conflict with "${manager}"${
      operation === 'Update' ? ` using ${apiVersion}` : ''
    }`;
  const texts = contested.map(({ entry, paths }) =>
    paths.length === 1
      ? `${title(entry)}: ${showPath(paths[0])}`
      : `${title(entry)}:\n${paths
          .map(path => `- ${showPath(path)}`)
          .join('\n')}`,
  );
  const count = contested.reduce((sum, { paths }) => sum + paths.length, 0);
  const noun = count === 1 ? 'conflict' : 'conflicts';
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${count} ${noun}: ${texts.join('\n')}`,
    details: {
      causes: contested.flatMap(({ entry, paths }) =>
        paths.map(path => ({
          reason: 'FieldManagerConflict',
          message: title(entry),
          field: showPath(path),
        })),
      ),
    },
  });
}

function merge(live: unknown, applied: unknown): unknown {
  if (!isObject(live) || !isObject(applied)) return applied;
  const result: Json = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    result[name] = merge(live[name], value);
  }
  return result;
}

function hasBelow(set: FieldSet, path: string): boolean {
  return [...set].some(other => withParents(other).includes(path));
}
