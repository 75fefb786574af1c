import type { TrackerStatus } from '../database';
import type { Timing } from './Timing';

/** A tracker writes its status every 5 s; what is older has no writer. */
const STATUS_LIFE_MS = 20_000;

interface Look {
  writtenAtMs: number;
  /** When this value was seen first, by a clock that is never set. */
  sinceMs: number;
  /** It took the place of another before our eyes. */
  isNew: boolean;
  lookedAtMs: number;
}

/**
 * Status of clusters that other instances follow, as they wrote it last. The
 * clocks of two machines need not agree: whoever is seen writing lives, and what
 * stands still is old, whatever time is written on it.
 */
export class StatusOfOthers {
  readonly #timing: Timing;
  readonly #looks = new Map<string, Look>();

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  of(
    cluster: string,
    written: { status: TrackerStatus; writtenAtMs: number } | undefined,
  ): TrackerStatus {
    if (!written) return { connection: 'connecting', missing: [] };
    if (this.#hasWriter(cluster, written.writtenAtMs)) return written.status;
    return {
      ...written.status,
      connection: 'connecting',
      since: new Date(written.writtenAtMs).toISOString(),
      message: 'No instance of the backend follows this cluster right now',
    };
  }

  #hasWriter(cluster: string, writtenAtMs: number): boolean {
    const look = this.#look(cluster, writtenAtMs);
    if (look.lookedAtMs - look.sinceMs > STATUS_LIFE_MS) return false;
    const ageMs = Math.abs(this.#timing.nowMs() - writtenAtMs);
    return look.isNew || ageMs <= STATUS_LIFE_MS;
  }

  #look(cluster: string, writtenAtMs: number): Look {
    const elapsedMs = this.#timing.elapsedMs();
    const last = this.#looks.get(cluster);
    const look =
      last?.writtenAtMs === writtenAtMs
        ? { ...last, lookedAtMs: elapsedMs }
        : {
            writtenAtMs,
            sinceMs: elapsedMs,
            // After a long time without a look it may have been written at any moment of it.
            isNew:
              last !== undefined &&
              elapsedMs - last.lookedAtMs <= STATUS_LIFE_MS,
            lookedAtMs: elapsedMs,
          };
    this.#looks.set(cluster, look);
    return look;
  }
}
