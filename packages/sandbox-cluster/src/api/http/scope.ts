import { toEventV1 } from '../eventsV1';
import { parseFieldSelector } from '../fieldSelectors';
import { parseLabelSelector } from '../selectors';
import type { ResourceDefinition } from '../resources';
import type { Collection, StoredObject } from '../store';
import type { ApiContext } from './ApiContext';

/** Which objects of a resource a list or watch is about, and how they are shown. */
export interface Scope {
  type: ResourceDefinition;
  collection: Collection;
  namespace?: string;
  isFiltered: boolean;
  matches: (stored: StoredObject) => boolean;
  /** JSON of one object, as it is sent alone. */
  toJson: (stored: StoredObject) => string;
}

/** @throws ApiError 400 for a selector that cannot be read */
export function scopeOf(
  context: ApiContext,
  type: ResourceDefinition,
  query: { labelSelector: string; fieldSelector: string },
  place: { namespace?: string; name?: string },
): Scope {
  const { labelSelector, fieldSelector } = query;
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector, type);
  const isFiltered = labelSelector !== '' || fieldSelector !== '';
  return {
    type,
    collection: context.store.collection(
      type.viewOf ? context.definitions.get(type.viewOf) : type,
    ),
    namespace: type.namespaced ? place.namespace : undefined,
    isFiltered,
    matches: ({ object }) => {
      const { metadata } = object;
      if (
        type.namespaced &&
        place.namespace !== undefined &&
        metadata.namespace !== place.namespace
      ) {
        return false;
      }
      if (!isFiltered) return true;
      return labels(metadata.labels ?? {}) && fields(object);
    },
    toJson: type.viewOf
      ? stored => JSON.stringify(toEventV1(stored.object))
      : stored => stored.json,
  };
}
