import type { Image } from '@golden-images/plugin-golden-images-common';
import {
  isOurAlias,
  isPinned,
  mayBecomeCurrent,
  usedVersionsOf,
  type DataSource,
} from '../manifests';

/** Whether a ready version is, may still become, or will not be the current one. */
export type CurrentOutlook =
  | { end: 'current' }
  | { end: 'pending' }
  /** One sentence: why it is not, and does not become it by itself. */
  | { end: 'never'; sentence: string };

/**
 * What comes of a ready version by itself. The controller decides once for each
 * version and writes into the alias that it has: see `planAlias`.
 *
 * @param alias - as the cluster has it now
 * @param setCurrent - annotation `set-current` of the version
 * @param unverified - why its bytes do not count as verified, where they must be
 */
export function currentOutlook(options: {
  image: Image;
  alias: DataSource | undefined;
  setCurrent: string | undefined;
  unverified: string | undefined;
}): CurrentOutlook {
  const { image, alias, setCurrent, unverified } = options;
  const { namespace, name } = image;
  const target = alias?.spec.source?.pvc;
  if (target?.name === name && target.namespace === namespace) {
    return { end: 'current' };
  }
  const never = (why: string) => neverCurrent(image, why);
  if (image.retirement) return never('it is being retired');
  if (alias && !isOurAlias(alias)) {
    return never(
      `the DataSource ${namespace}/${image.image} was not made here and is left alone`,
    );
  }
  if (!mayBecomeCurrent(setCurrent)) return never('that was not asked for');
  if (unverified !== undefined) return never(unverified);
  if (alias && usedVersionsOf(alias).includes(image.version ?? '')) {
    return never(whyPassedOver(alias));
  }
  return { end: 'pending' };
}

export function neverCurrent(
  { image }: Pick<Image, 'image'>,
  why: string,
): CurrentOutlook {
  return {
    end: 'never',
    sentence: `It does not become the current version of ${image}: ${why}`,
  };
}

function whyPassedOver(alias: DataSource): string {
  const target = alias.spec.source?.pvc?.name;
  if (target === undefined) return 'the current version was withdrawn';
  return isPinned(alias)
    ? `${target} is pinned, and stays until somebody moves it`
    : `${target} became it since`;
}
