import { ImageUnknown } from './outcome';

interface Waiting {
  start(): void;
  leave(): void;
}

interface Lane {
  running: number;
  waiting: Waiting[];
}

/** Lets each caller look at a few images at once; the next ones wait, and too many are sent away. */
export class ProbeTurns {
  readonly #lanes = new Map<string, Lane>();
  readonly #width: number;
  readonly #mostWaiting: number;

  constructor(options: { width: number; mostWaiting: number }) {
    this.#width = options.width;
    this.#mostWaiting = options.mostWaiting;
  }

  /** @throws ImageUnknown when too many wait, the signal's reason when aborted */
  async run<T>(
    caller: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const lane = this.#lanes.get(caller) ?? { running: 0, waiting: [] };
    this.#lanes.set(caller, lane);
    if (lane.running < this.#width) lane.running += 1;
    else await this.#turn(lane, signal);
    try {
      return await work();
    } finally {
      // The turn passes on to the one who waits longest.
      const next = lane.waiting.shift();
      if (next) next.start();
      else lane.running -= 1;
      if (lane.running === 0) this.#lanes.delete(caller);
    }
  }

  #turn(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    if (lane.waiting.length >= this.#mostWaiting) {
      throw new ImageUnknown({
        code: 'too-many',
        message: 'too many images are being looked at for you',
        remedy: 'Try again in a moment, or give the size of the disk',
      });
    }
    return new Promise((resolve, reject) => {
      const place: Waiting = {
        start() {
          signal?.removeEventListener('abort', place.leave);
          resolve();
        },
        leave() {
          lane.waiting.splice(lane.waiting.indexOf(place), 1);
          reject(signal?.reason);
        },
      };
      lane.waiting.push(place);
      signal?.addEventListener('abort', place.leave, { once: true });
    });
  }
}
