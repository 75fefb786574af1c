/** Those who want to hear that something has changed. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  /** Returns how to stop. */
  add(listener: () => void): () => void {
    // One function may listen twice, and then stops twice.
    const own = () => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  tell() {
    for (const listener of this.#listeners) listener();
  }
}
