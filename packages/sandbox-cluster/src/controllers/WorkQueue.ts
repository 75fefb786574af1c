/** Works through keys: each key alone at a time, several keys at once, again when it was asked for meanwhile. */
export class WorkQueue {
  readonly #work: (key: string) => Promise<void>;
  readonly #onError: (key: string, error: unknown) => void;
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(
    work: (key: string) => Promise<void>,
    onError: (key: string, error: unknown) => void,
  ) {
    this.#work = work;
    this.#onError = onError;
  }

  add(key: string) {
    if (this.#stopped) return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#running.add(key);
    setImmediate(() => this.#run(key));
  }

  /** Asks for a key after a time; the soonest of several counts. */
  addAfter(key: string, delayMs: number) {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        this.add(key);
      }, delayMs),
    );
  }

  stop() {
    this.#stopped = true;
    this.#timers.forEach(timer => clearTimeout(timer));
    this.#timers.clear();
  }

  async #run(key: string) {
    try {
      if (!this.#stopped) await this.#work(key);
    } catch (error) {
      if (!this.#stopped) this.#onError(key, error);
    } finally {
      this.#running.delete(key);
      if (this.#again.delete(key)) this.add(key);
    }
  }
}
