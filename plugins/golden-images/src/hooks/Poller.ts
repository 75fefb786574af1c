/** The present and timers, so that tests need not wait. */
export interface Timing {
  nowMs(): number;
  /** @returns a function that cancels it */
  after(delayMs: number, run: () => void): () => void;
}

export const systemTiming: Timing = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** What is known, since when, and what became of the last attempt to know more. */
export interface Polled<T> {
  /** The last answer; it stays while later attempts fail. */
  value?: T;
  /** When that answer came. */
  loadedAtMs?: number;
  /** Why the last attempt failed. */
  error?: Error;
  loading: boolean;
}

/** Hints may come in bursts; loads that they cause are at least this far apart. */
const HINT_GAP_MS = 1_000;
const MAX_INTERVAL_MS = 60_000;

/**
 * Loads a value again and again: after an interval, and soon after a hint. One
 * load runs at a time; a hint that comes meanwhile causes another one, since the
 * running one may not have seen what it is about. After failures the interval
 * doubles up to a minute.
 */
export class Poller<T> {
  readonly #load: (signal: AbortSignal) => Promise<T>;
  readonly #intervalMs: (value: T | undefined) => number;
  readonly #timing: Timing;
  readonly #listeners = new Set<() => void>();
  #polled: Polled<T> = { loading: true };
  #controller?: AbortController;
  #cancelTimer?: () => void;
  #startedAtMs = 0;
  #failures = 0;
  #again = false;
  #paused = false;

  constructor(options: {
    load: (signal: AbortSignal) => Promise<T>;
    intervalMs: (value: T | undefined) => number;
    timing: Timing;
  }) {
    this.#load = options.load;
    this.#intervalMs = options.intervalMs;
    this.#timing = options.timing;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Polled<T> => this.#polled;

  /** Loads at once, or as soon as the running load has ended. */
  readonly refresh = (): void => {
    this.#paused = false;
    if (this.#controller) this.#again = true;
    else this.#start();
  };

  /** Something may have changed. */
  hint(): void {
    if (this.#controller) {
      this.#again = true;
      return;
    }
    if (this.#paused) return;
    const sinceMs = this.#timing.nowMs() - this.#startedAtMs;
    this.#schedule(Math.max(0, HINT_GAP_MS - sinceMs));
  }

  /** Nobody looks: nothing is loaded until `refresh`. */
  pause(): void {
    this.#paused = true;
    this.#cancelTimer?.();
  }

  /** Aborts what is running; nothing is reported afterwards. */
  stop(): void {
    this.pause();
    this.#controller?.abort();
    this.#controller = undefined;
    this.#again = false;
  }

  #start(): void {
    this.#cancelTimer?.();
    this.#startedAtMs = this.#timing.nowMs();
    const controller = new AbortController();
    this.#controller = controller;
    this.#report({ ...this.#polled, loading: true });
    this.#load(controller.signal).then(
      value => {
        if (controller.signal.aborted) return;
        this.#failures = 0;
        this.#report({
          value,
          loadedAtMs: this.#timing.nowMs(),
          loading: false,
        });
        this.#ended();
      },
      error => {
        if (controller.signal.aborted) return;
        this.#failures += 1;
        const { value, loadedAtMs } = this.#polled;
        this.#report({ value, loadedAtMs, error, loading: false });
        this.#ended();
      },
    );
  }

  #ended(): void {
    this.#controller = undefined;
    if (this.#again) {
      this.#again = false;
      this.hint();
    } else if (!this.#paused) {
      const intervalMs = this.#intervalMs(this.#polled.value);
      this.#schedule(
        Math.min(MAX_INTERVAL_MS, intervalMs * 2 ** this.#failures),
      );
    }
  }

  #schedule(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#timing.after(delayMs, () => this.#start());
  }

  #report(polled: Polled<T>): void {
    this.#polled = polled;
    this.#listeners.forEach(listener => listener());
  }
}
