/** Keys that wait for their turn, each at most once, in the order in which they came. */
export class Dirty {
  readonly #keys = new Set<string>();

  get size() {
    return this.#keys.size;
  }

  add(keys: Iterable<string>) {
    for (const key of keys) this.#keys.add(key);
  }

  take(count: number): string[] {
    const taken = [];
    for (const key of this.#keys) {
      if (taken.length === count) break;
      taken.push(key);
      this.#keys.delete(key);
    }
    return taken;
  }
}
