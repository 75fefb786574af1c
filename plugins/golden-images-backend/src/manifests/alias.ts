import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';

/** What is read of a DataSource, or of a view of one. */
export interface AliasMetadata {
  metadata: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** Ours carries the role label and the list that nobody else writes. */
export function isOurAlias({ metadata }: AliasMetadata): boolean {
  return (
    metadata.labels?.[LABELS.role] === ROLE_GOLDEN_IMAGE &&
    metadata.annotations?.[ANNOTATIONS.usedVersions] !== undefined
  );
}

/** It moves only by hand. */
export function isPinned({ metadata }: AliasMetadata): boolean {
  return metadata.annotations?.[ANNOTATIONS.pinned] === 'true';
}

/** Names of versions that were ever ready; empty for the one without a version. */
export function usedVersionsOf({ metadata }: AliasMetadata): string[] {
  try {
    const list: unknown = JSON.parse(
      metadata.annotations?.[ANNOTATIONS.usedVersions] ?? '[]',
    );
    return Array.isArray(list)
      ? list.filter((item): item is string => typeof item === 'string')
      : [];
  } catch {
    return [];
  }
}

/**
 * Whether the alias moves to a version when that becomes ready.
 *
 * @param annotation - `set-current` of the version; absent unless it was refused
 */
export function mayBecomeCurrent(annotation: string | undefined): boolean {
  return annotation !== 'false';
}

/** Merge patch of a DataSource's spec; CDI shows one with an empty source as `NoSource` (CDI 1.66). */
export function aliasSpec(namespace: string, claimName: string | undefined) {
  return {
    source: {
      pvc: claimName === undefined ? null : { namespace, name: claimName },
      snapshot: null,
      dataSource: null,
    },
  };
}
