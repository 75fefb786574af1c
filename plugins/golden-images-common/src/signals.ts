/**
 * Channel of the hints that something has changed. Signals accept sockets
 * without a token, so a hint has no content but a revision (Backstage 1.55).
 *
 * @public
 */
export const GOLDEN_IMAGES_SIGNAL_CHANNEL = 'golden-images';

/** @public */
export interface GoldenImagesSignal {
  revision: number;
}
