import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import { isBounded } from './boundedText';
import type { Neighbours } from './documents';
import { annotationOf, labelOf, type Joined } from './views';

/** The object that a volume is a copy of, as its own spec says. */
export function sourceRefOf(
  joined: Joined,
):
  | { kind: 'claim' | 'alias' | 'snapshot'; namespace: string; name: string }
  | undefined {
  const { dataVolume, claim } = joined;
  const given =
    dataVolume?.sourceObject ??
    // A claim that CDI fills names its helper as its source.
    (dataVolume ? undefined : claim?.dataSource);
  if (!given) return undefined;
  const kind = kindOf(given.kind);
  const { name, namespace = joined.namespace } = given;
  if (!isBounded(name) || !isBounded(namespace)) return undefined;
  return kind && { kind, namespace, name };
}

export function sourceOf(
  joined: Joined,
  neighbours: Neighbours,
): Volume['source'] {
  const ref = sourceRefOf(joined);
  if (!ref) return undefined;
  const row = neighbours.source?.tracked.object;
  const image = row?.kind === 'image' ? row : undefined;
  const uid = annotationOf(joined, ANNOTATIONS.sourceUid);
  // What was meant is in the annotations; another claim may bear the name by now.
  const same = row !== undefined && (!uid || !row.uid || row.uid === uid);
  const ours = labelOf(joined, LABELS.role) === ROLE_CLONE;
  const imageName =
    (same ? image?.image : undefined) ??
    (ours ? labelOf(joined, LABELS.image) : undefined);
  const version =
    annotationOf(joined, ANNOTATIONS.sourceVersion) ??
    (same ? image?.version : undefined);
  const { currentVersion } = neighbours;
  return {
    namespace: ref.namespace,
    name: ref.name,
    image: imageName,
    version,
    uid: uid ?? (same ? row.uid : undefined),
    newerVersion:
      imageName && currentVersion !== undefined && currentVersion !== version
        ? currentVersion
        : undefined,
    removed: !same && neighbours.sourceFollowed ? true : undefined,
    verified: same ? image?.verified : undefined,
    contentType: same ? image?.contentType : undefined,
  };
}

function kindOf(kind: string): 'claim' | 'alias' | 'snapshot' | undefined {
  switch (kind.toLowerCase()) {
    case 'pvc':
    case 'persistentvolumeclaim':
      return 'claim';
    case 'datasource':
      return 'alias';
    case 'snapshot':
    case 'volumesnapshot':
      return 'snapshot';
    default:
      return undefined;
  }
}
