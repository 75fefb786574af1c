import { setTimeout as delay } from 'node:timers/promises';
import type { Timing } from '../../tracking/Timing';
import type { Dice } from './Dice';

/** How much faster than real time passes. */
const FACTOR = 50;

/** A server's clock that runs as fast, and is always right. */
export const fastClock = (startMs = Date.now()) => ({
  now: () => new Date(startMs + (Date.now() - startMs) * FACTOR),
  setTimeout: (callback: () => void, delayMs: number) =>
    setTimeout(callback, delayMs / FACTOR),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
});

/** A clock that runs fast, and may be set to another time. */
export class FastTiming implements Timing {
  readonly #dice: Dice;
  readonly #startMs = Date.now();
  #jumpedMs = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  nowMs() {
    return this.#startMs + this.elapsedMs() + this.#jumpedMs;
  }

  elapsedMs() {
    return (Date.now() - this.#startMs) * FACTOR;
  }

  random() {
    return this.#dice.next();
  }

  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms / FACTOR, undefined, { signal });
  }

  /** Somebody corrects the clock of the machine. */
  jump(ms: number) {
    this.#jumpedMs += ms;
  }
}
