import { RESOURCES } from '../kubernetes';
import { persistentVolumeView } from '../state';
import { isOurImage, type DerivedRow, type Joined } from '../tracking/rows';
import type { RetirerOptions } from './Retirer';
import { keepOnDelete } from './retain';

type Options = Pick<
  RetirerOptions,
  'client' | 'cluster' | 'note' | 'onError' | 'signal'
>;

/** Where that is configured, volumes of ready images are kept even if their claims are deleted. */
export class VolumeRetainer {
  readonly #options: Options;
  readonly #images = new Map<string, Joined>();

  constructor(options: Options) {
    this.#options = options;
  }

  consider(rows: DerivedRow[]) {
    if (!this.#options.cluster.retain) return;
    for (const { key, joined, record } of rows) {
      const { object } = record.tracked;
      const due =
        object.kind === 'image' &&
        object.state === 'ready' &&
        !object.retirement &&
        isOurImage(joined) &&
        joined.persistentVolume?.reclaimPolicy === 'Delete';
      if (due) this.#images.set(key, joined);
      else this.#images.delete(key);
    }
  }

  async pass(): Promise<void> {
    const { onError, signal } = this.#options;
    for (const [key, joined] of [...this.#images]) {
      if (signal.aborted) return;
      this.#images.delete(key);
      try {
        await this.#retain(joined);
      } catch (error) {
        if (!this.#images.has(key)) this.#images.set(key, joined);
        onError(key, error);
      }
    }
  }

  async #retain({ namespace, name, claim }: Joined): Promise<void> {
    const { client, note } = this.#options;
    const type = RESOURCES.persistentVolumes;
    const volumeName = claim?.volumeName;
    const found = volumeName && (await client.get({ type, name: volumeName }));
    if (!found) return;
    const volume = persistentVolumeView(found);
    if (volume.claim?.uid !== claim?.metadata.uid) return;
    if (!(await keepOnDelete(client, volume))) return;
    await note({
      namespace,
      name,
      action: 'retained',
      message: `the volume of ${name} is kept if its claim is deleted otherwise than by retiring`,
    });
  }
}
