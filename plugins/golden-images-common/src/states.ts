/**
 * States of a golden image. `failing` has not ended and needs a person;
 * `failed` is final. See `docs/states.md`.
 *
 * @public
 */
export const IMAGE_STATES = [
  'pending',
  'waiting',
  'importing',
  'failing',
  'failed',
  'ready',
  'deleting',
  'lost',
  'unknown',
] as const;

/** @public */
export type ImageState = (typeof IMAGE_STATES)[number];

/**
 * States of a volume: those of an image with `copying` for `importing` and
 * `usable` for `ready`, and `resizing`.
 *
 * @public
 */
export const VOLUME_STATES = [
  'pending',
  'waiting',
  'copying',
  'failing',
  'failed',
  'usable',
  'resizing',
  'deleting',
  'lost',
  'unknown',
] as const;

/** @public */
export type VolumeState = (typeof VOLUME_STATES)[number];

/** @public */
export type AnyState = ImageState | VolumeState;

/**
 * Stages of a wait, in order: the object exists, its claim is bound, its bytes
 * are there, and it can be used by a workload.
 *
 * @public
 */
export const WAIT_STAGES = ['accepted', 'bound', 'copied', 'usable'] as const;

/** @public */
export type WaitStage = (typeof WAIT_STAGES)[number];
