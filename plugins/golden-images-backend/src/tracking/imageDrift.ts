import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
  bytesInWords,
  driftInfo,
  driftSchema,
  type Drift,
  type DriftKind,
} from '@golden-images/plugin-golden-images-common';
import { ownerMetadata, type Joined } from './views';

/** What is written on an image of what became of it: see `DriftKeeper`. */
export function notedDrifts(joined: Joined): Drift[] {
  const text = ownerMetadata(joined)?.annotations[ANNOTATIONS.drift];
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return (Array.isArray(list) ? list : []).flatMap(item => {
      const parsed = driftSchema.safeParse(item);
      return parsed.success ? parsed.data : [];
    });
  } catch {
    return [];
  }
}

/**
 * What became of an image since it was published, as its objects show now. That
 * somebody may have written into it does not heal by itself, so what is noted
 * of that stays.
 *
 * @returns nothing for what was never ready, is being deleted, or not made here
 */
export function findDrifts(joined: Joined): Drift[] {
  const { dataVolume, claim } = joined;
  const owner = ownerMetadata(joined);
  const published = owner?.annotations[ANNOTATIONS.claimUid];
  const ours = owner?.annotations[ANNOTATIONS.requestHash] !== undefined;
  if (!owner || !ours || published === undefined || owner.deletedAt) return [];
  const noted = new Map(notedDrifts(joined).map(each => [each.kind, each]));
  const found: { kind: DriftKind; detail?: string }[] = [];
  const written = noted.get('mounted');
  if (written) found.push(written);
  if (!claim) found.push({ kind: 'claim-gone' });
  else if (claim.metadata.uid !== published)
    found.push({ kind: 're-imported' });
  else found.push(...expansion(joined));
  const bare = [dataVolume, claim].filter(
    view => view && view.metadata.labels[LABELS.role] !== ROLE_GOLDEN_IMAGE,
  );
  if (bare.length > 0) {
    const kinds = bare.map(view => view?.kind).join(' and ');
    found.push({ kind: 'label-lost', detail: kinds });
  }
  return found.map(({ kind, detail }) => ({
    kind,
    since: noted.get(kind)?.since,
    detail,
    remedy: driftInfo(kind).remedy,
  }));
}

function expansion({ claim, persistentVolume, ...joined }: Joined) {
  const owner = ownerMetadata({ claim, persistentVolume, ...joined });
  const published = Number(owner?.annotations[ANNOTATIONS.capacityBytes]);
  const now = Math.max(
    persistentVolume?.capacityBytes ?? 0,
    claim?.requestedBytes ?? 0,
  );
  if (!published || now <= published) return [];
  const detail = `${bytesInWords(published)}, now ${bytesInWords(now)}`;
  return [{ kind: 'expanded' as const, detail }];
}
