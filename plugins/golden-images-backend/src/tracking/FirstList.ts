import type { KubernetesApiError } from '../kubernetes';
import type { Timing } from './Timing';

/** A list that was late, or a page that was, is no reason to call anything unknown. */
const PATIENCE_MS = 30_000;
const STEP_MS = 1_000;

export interface FirstListOptions {
  timing: Timing;
  /** Whether all that the others cannot do without has listed. */
  othersListed: () => boolean;
  goOnWithout: (error: KubernetesApiError) => Promise<void>;
}

/**
 * Bounds how long others wait for the first list of a feed that they can do
 * without. A list that is being read is waited for, however long it takes. Once
 * it has failed, and the attempts after it for 30 s, and the lists that matter
 * have all come, the others go on. A list that does come ends it for good.
 */
export class FirstList {
  readonly #options: FirstListOptions;
  #heardAtMs: number;
  #failingSinceMs?: number;
  #isDone = false;

  constructor(options: FirstListOptions) {
    this.#options = options;
    this.#heardAtMs = options.timing.elapsedMs();
  }

  /** A page came. */
  heard() {
    this.#heardAtMs = this.#options.timing.elapsedMs();
  }

  listed() {
    this.#isDone = true;
  }

  /**
   * Waits after a failed attempt.
   *
   * @throws when the signal is aborted
   */
  async pause(
    ms: number,
    error: KubernetesApiError,
    signal: AbortSignal,
  ): Promise<void> {
    const { timing, othersListed, goOnWithout } = this.#options;
    // A page that comes in a later attempt is no list either.
    this.#failingSinceMs ??= this.#heardAtMs;
    for (let leftMs = ms; leftMs > 0; ) {
      const isOver =
        timing.elapsedMs() - this.#failingSinceMs >= PATIENCE_MS &&
        othersListed();
      if (isOver && !this.#isDone) {
        this.#isDone = true;
        await goOnWithout(error);
      }
      const stepMs = this.#isDone ? leftMs : Math.min(leftMs, STEP_MS);
      await timing.delay(stepMs, signal);
      leftMs -= stepMs;
    }
  }
}
