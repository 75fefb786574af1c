import {
  LABELS,
  ROLE_CLONE,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import type { ClaimView, DataVolumeView } from './types';
import { isHelper } from './views';

/** Sources from which CDI fills a DataVolume with bytes from outside of the cluster's claims. */
const IMPORT_SOURCES = new Set([
  'http',
  's3',
  'gcs',
  'registry',
  'imageio',
  'vddk',
  'upload',
  'blank',
]);

/** Kinds of CDI's populators that bring bytes from outside. */
const IMPORT_POPULATORS = new Set(['VolumeImportSource', 'VolumeUploadSource']);

/** Filled from outside: as the DataVolume says, or the claim that it left behind. */
export function isImported(objects: {
  dataVolume?: DataVolumeView;
  claim?: ClaimView;
}): boolean {
  const { dataVolume, claim } = objects;
  return dataVolume
    ? IMPORT_SOURCES.has(dataVolume.sourceType ?? '')
    : IMPORT_POPULATORS.has(claim?.dataSource?.kind ?? '');
}

/**
 * What a DataVolume and its claim are. Our role label decides; without it a
 * DataVolume with a source from outside is an image, also while its claim is
 * seen before it, and anything else a volume: a claim that an import left behind
 * for good says no more of what it is for.
 *
 * @param imageNamespaces - where images without our label may live; anywhere when absent
 */
export function classify(
  objects: { dataVolume?: DataVolumeView; claim?: ClaimView },
  imageNamespaces?: string[],
): 'image' | 'volume' | 'hidden' {
  const { dataVolume, claim } = objects;
  if (claim && isHelper(claim)) return 'hidden';
  const role =
    dataVolume?.metadata.labels[LABELS.role] ??
    claim?.metadata.labels[LABELS.role];
  if (role === ROLE_GOLDEN_IMAGE) return 'image';
  if (role === ROLE_CLONE) return 'volume';
  const namespace =
    dataVolume?.metadata.namespace ?? claim?.metadata.namespace ?? '';
  const mayBeImage = imageNamespaces?.includes(namespace) ?? true;
  const ofDataVolume =
    dataVolume !== undefined ||
    claim?.metadata.controller?.kind === 'DataVolume';
  return mayBeImage && ofDataVolume && isImported(objects) ? 'image' : 'volume';
}
