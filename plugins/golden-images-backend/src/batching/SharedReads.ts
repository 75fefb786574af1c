import { Batches } from './Batches';

/**
 * Reads that several need at the same time are made once for all of them: a
 * read serves whoever asked for it before it began, and nothing is kept.
 */
export class SharedReads {
  readonly #batches = new Batches<() => Promise<unknown>, unknown>(
    async reads => {
      const value = await reads[0]();
      return reads.map(() => value);
    },
  );

  /**
   * @param key - of what is read; two reads of one key have the same answer
   */
  async get<T>(key: string, read: () => Promise<T>): Promise<T> {
    return (await this.#batches.get(key, read)) as T;
  }
}
