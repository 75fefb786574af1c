import type { Memory } from './types';

/**
 * Things that are harmless for a moment and count when they last. Remembers
 * since when each has lasted, and forgets those that are over.
 */
export class Lasting {
  readonly #before: Record<string, string>;
  readonly #nowMs: number;
  readonly #kept: Record<string, string> = {};

  constructor(memory: Memory, nowMs: number) {
    this.#before = memory.lasting ?? {};
    this.#nowMs = nowMs;
  }

  /**
   * Notes that something is the case.
   *
   * @param sinceAt - since when at the latest, where the cluster says it
   * @returns whether it has lasted so long, and when it will have
   */
  note(
    key: string,
    durationMs: number,
    sinceAt?: string,
  ): { counts: boolean; dueAtMs: number } {
    const known = [this.#before[key], sinceAt].filter((at): at is string =>
      Boolean(at),
    );
    const sinceMs = Math.min(this.#nowMs, ...known.map(at => Date.parse(at)));
    this.#kept[key] = new Date(sinceMs).toISOString();
    const dueAtMs = sinceMs + durationMs;
    return { counts: dueAtMs <= this.#nowMs, dueAtMs };
  }

  toMemory(): Record<string, string> | undefined {
    return Object.keys(this.#kept).length > 0 ? this.#kept : undefined;
  }
}
