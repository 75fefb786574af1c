import type { Image } from '@golden-images/plugin-golden-images-common';
import {
  isOurAlias,
  isPinned,
  usedVersionsOf,
  type AliasMetadata,
} from '../manifests';

/** A version of an image that is ready, as its own annotations say. */
export interface ReadyVersion {
  /** Empty for an image without versions. */
  version: string;
  claimName: string;
  /** ISO 8601. */
  readyAt: string;
  /** Annotation `set-current` is not `false`. */
  setCurrent: boolean;
  /** KubeVirt's defaults, by its labels. */
  kubevirt?: Image['kubevirt'];
  /** Its bytes were held against a checksum or digest. */
  verified: boolean;
}

export type AliasPlan =
  | { action: 'none' }
  /** A DataSource of that name exists and is not ours. */
  | { action: 'foreign' }
  /** Without a target only the used versions are written: the alias stays, or points at none. */
  | {
      action: 'create' | 'move';
      target?: ReadyVersion;
      usedVersions: string[];
    };

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
  const used = alias ? usedVersionsOf(alias) : [];
  const fresh = versions
    .filter(version => !used.includes(version.version))
    .sort((a, b) => a.readyAt.localeCompare(b.readyAt));
  if (fresh.length === 0) return { action: 'none' };
  const usedVersions = [...used, ...fresh.map(version => version.version)];
  const target =
    alias && isPinned(alias)
      ? undefined
      : fresh.filter(version => version.setCurrent).at(-1);
  return { action: alias ? 'move' : 'create', target, usedVersions };
}

/** Nothing is due for this version: it was used before, or the alias is not ours. */
export function isSettled(
  version: ReadyVersion,
  alias: AliasMetadata,
): boolean {
  const { action } = planAlias([version], alias);
  return action === 'none';
}
