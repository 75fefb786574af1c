import type {
  ClusterProtection,
  Image,
} from '@golden-images/plugin-golden-images-common';

/** How far an image is protected, and why not more. */
export type ImageProtection = Pick<Image, 'protection' | 'protectionReason'>;

const UNKNOWN: ImageProtection = {
  protection: 'advisory',
  protectionReason: 'This has not been looked at yet',
};

/** What was last found out about the protection of one cluster. */
export class ProtectionLevels {
  /** Absent until it was first looked at. */
  cluster?: ClusterProtection;
  readonly #images = new Map<string, ImageProtection>();

  /** @param key - `namespace/name` */
  of(key: string): ImageProtection {
    return this.#images.get(key) ?? UNKNOWN;
  }

  /** @returns whether that is news */
  set(key: string, level: ImageProtection): boolean {
    const before = this.of(key);
    this.#images.set(key, level);
    return (
      before.protection !== level.protection ||
      before.protectionReason !== level.protectionReason
    );
  }

  forget(key: string) {
    this.#images.delete(key);
  }
}
