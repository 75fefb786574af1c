import {
  ANNOTATIONS,
  retirementSchema,
  type Image,
  type Retirement,
} from '@golden-images/plugin-golden-images-common';
import { isPinned } from '../manifests';
import { findDrifts } from './imageDrift';
import { ownerMetadata, type DataSourceView, type Joined } from './views';

const MAX_TEXT = 1024;

/** What people decided about an image, as its annotations and its alias say. */
export function imageMarks(
  joined: Joined,
  alias: DataSourceView | undefined,
): Pick<Image, 'current' | 'pinned' | 'hold' | 'retirement' | 'drift'> {
  const drift = findDrifts(joined);
  const { namespace, name } = joined;
  const annotations = ownerMetadata(joined)?.annotations ?? {};
  const current =
    alias?.claim?.namespace === namespace && alias.claim.name === name;
  return {
    current,
    pinned: current && isPinned(alias) ? true : undefined,
    hold: annotations[ANNOTATIONS.hold]?.slice(0, MAX_TEXT),
    drift: drift.length > 0 ? drift : undefined,
    retirement: retirementOf(annotations[ANNOTATIONS.retiring]),
  };
}

/** An annotation is what anybody wrote: it holds whatever its text, but only our form says more. */
export function retirementOf(text: string | undefined): Retirement | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed = retirementSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}
