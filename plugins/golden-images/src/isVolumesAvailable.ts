import type { Entity } from '@backstage/catalog-model';

/** Kinds of entities whose pages show the card unless configured otherwise. */
export const KINDS_WITH_VOLUMES = ['component', 'system', 'resource'];

/**
 * Whether the card belongs on the page of this entity. It needs no annotation:
 * volumes name their entity, not the other way round.
 *
 * @public
 */
export function isVolumesAvailable(entity: Entity): boolean {
  return KINDS_WITH_VOLUMES.includes(entity.kind.toLocaleLowerCase('en-US'));
}
