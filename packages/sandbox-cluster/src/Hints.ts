/** Tells those who wait that something has changed, so that they ask again at once. */
export class Hints {
  readonly #waiting = new Set<() => void>();

  /** Something has changed. */
  give(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    woken.forEach(wake => wake());
  }

  /** Asks, and asks again after each hint, until the answer will do. */
  async until<T>(
    question: () => Promise<T>,
    isEnough: (answer: T) => boolean,
  ): Promise<T> {
    for (;;) {
      // Listens before it asks: what changes meanwhile is not missed.
      const changed = new Promise<void>(resolve => {
        this.#waiting.add(resolve);
      });
      const answer = await question();
      if (isEnough(answer)) return answer;
      await changed;
    }
  }
}
