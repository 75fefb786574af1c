import type { Memory } from './types';

/** How long something has been the case. */
export interface Duration {
  /** It has lasted so long that it counts. */
  counts: boolean;
  /** When it will have, or had: milliseconds since the epoch. */
  dueAtMs: number;
  /** The same moment in ISO 8601. */
  countsSince: string;
}

/**
 * Things that are harmless for a moment and count when they last. Remembers
 * since when each has lasted, and forgets those that are over.
 */
export class Lasting {
  readonly #before: Record<string, string>;
  readonly #firstLook: boolean;
  readonly #nowMs: number;
  readonly #kept: Record<string, string> = {};

  constructor(memory: Memory, nowMs: number) {
    this.#before = memory.lasting ?? {};
    this.#firstLook = memory.state === undefined;
    this.#nowMs = nowMs;
  }

  /**
   * Notes that something is the case.
   *
   * @param sinceAt - since when as the cluster says it; asked at the first look
   *   only, for Events of one text share the time of the first of them
   */
  note(key: string, durationMs: number, sinceAt?: string): Duration {
    const known =
      this.#kept[key] ??
      this.#before[key] ??
      (this.#firstLook ? sinceAt : undefined);
    const knownMs = known ? Date.parse(known) : NaN;
    const sinceMs = Number.isNaN(knownMs)
      ? this.#nowMs
      : Math.min(this.#nowMs, knownMs);
    this.#kept[key] = new Date(sinceMs).toISOString();
    const dueAtMs = sinceMs + durationMs;
    return {
      counts: dueAtMs <= this.#nowMs,
      dueAtMs,
      countsSince: new Date(dueAtMs).toISOString(),
    };
  }

  toMemory(): Record<string, string> | undefined {
    return Object.keys(this.#kept).length > 0 ? this.#kept : undefined;
  }
}
