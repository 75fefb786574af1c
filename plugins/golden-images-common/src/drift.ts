/**
 * What can become of a published image although nobody may change it. Each is
 * shown on the image until it is remedied.
 *
 * @public
 */
export const DRIFTS = {
  mounted: {
    words:
      'a Pod mounted it for writing, so it may not hold the bytes that were published',
    remedy: 'Import it as a new version and retire this one.',
  },
  expanded: {
    words: 'its volume was expanded after it was published',
    remedy:
      'New clones take the larger size. For the size that was published import it as a new version.',
  },
  're-imported': {
    words:
      'it was imported again under the same name: these are not the bytes that were published',
    remedy: 'Import it as a new version and retire this one.',
  },
  'label-lost': {
    words: 'it has lost the label that protects it',
    remedy:
      'Set the label golden-images.backstage.io/role=golden-image again on its DataVolume and its claim.',
  },
  'claim-gone': {
    words: 'its claim is gone, and its bytes with it',
    remedy:
      'Import it as a new version. CDI may import this one again, with other bytes.',
  },
} satisfies Record<string, { words: string; remedy: string }>;

/** @public */
export type DriftKind = keyof typeof DRIFTS;

/** What it means, for people, and what to do about it. @public */
export function driftInfo(kind: DriftKind): { words: string; remedy: string } {
  return DRIFTS[kind];
}
