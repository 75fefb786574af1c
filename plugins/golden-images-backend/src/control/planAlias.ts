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

/** A version of an image that is ready, as its own annotations say. */
export interface ReadyVersion {
  /** Empty for an image without versions. */
  version: string;
  claimName: string;
  /** ISO 8601. */
  readyAt: string;
  /** Annotation `set-current` is not `false`. */
  setCurrent: boolean;
}

export type AliasPlan =
  | { action: 'none' }
  /** A DataSource of that name exists and is not ours. */
  | { action: 'foreign' }
  | { action: 'create'; target: ReadyVersion; usedVersions: string[] }
  /** Without a target only the used versions are written. */
  | { action: 'move'; target?: ReadyVersion; usedVersions: string[] };

/**
 * What the alias of an image should become. Each version moves it at most
 * once: when it has become ready and is not yet among the used ones. So an
 * alias that a person has moved back stays where it is.
 */
export function planAlias(
  versions: ReadyVersion[],
  alias: AliasMetadata | undefined,
): AliasPlan {
  if (alias && !isOurAlias(alias)) return { action: 'foreign' };
  const used = alias ? readUsedVersions(alias) : [];
  const fresh = versions
    .filter(version => !used.includes(version.version))
    .sort((a, b) => a.readyAt.localeCompare(b.readyAt));
  if (fresh.length === 0) return { action: 'none' };
  const usedVersions = [...used, ...fresh.map(version => version.version)];
  const pinned = alias?.metadata.annotations?.[ANNOTATIONS.pinned] === 'true';
  const target = pinned
    ? undefined
    : fresh.filter(version => version.setCurrent).at(-1);
  if (alias) return { action: 'move', target, usedVersions };
  return target
    ? { action: 'create', target, usedVersions }
    : { action: 'none' };
}

/** Nothing is due for this version: it was used before, or the alias is not ours. */
export function isSettled(
  version: ReadyVersion,
  alias: AliasMetadata,
): boolean {
  const { action } = planAlias([version], alias);
  return action === 'none';
}

/** Ours carries the role label and the list that nobody else writes. */
function isOurAlias({ metadata }: AliasMetadata): boolean {
  return (
    metadata.labels?.[LABELS.role] === ROLE_GOLDEN_IMAGE &&
    metadata.annotations?.[ANNOTATIONS.usedVersions] !== undefined
  );
}

function readUsedVersions({ metadata }: AliasMetadata) {
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
