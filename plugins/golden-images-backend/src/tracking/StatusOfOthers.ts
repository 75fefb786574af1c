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
 * clocks of two machines need not agree: whoever is seen renewing the lease
 * lives, and what stands still is old, whatever time is written on it. Only
 * until the first of that was seen is the time that is written a hint.
 */
export class StatusOfOthers {
  readonly #timing: Timing;
  readonly #looks = new Map<string, Look>();

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** @param isHeld - whether another instance holds the lease, where that is known */
  of(
    cluster: string,
    written: { status: TrackerStatus; writtenAtMs: number } | undefined,
    isHeld: boolean | undefined,
  ): TrackerStatus {
    if (!written) return { connection: 'connecting', missing: [] };
    const hasWriter = this.#hasWriter(cluster, written.writtenAtMs, isHeld);
    if (hasWriter) return written.status;
    return {
      ...written.status,
      connection: 'connecting',
      since: new Date(written.writtenAtMs).toISOString(),
      message:
        hasWriter === undefined
          ? 'Whether an instance of the backend follows this cluster is seen within seconds'
          : 'No instance of the backend follows this cluster right now',
    };
  }

  /** `undefined`: that is not known yet. */
  #hasWriter(
    cluster: string,
    writtenAtMs: number,
    isHeld: boolean | undefined,
  ): boolean | undefined {
    const look = this.#look(cluster, writtenAtMs);
    if (look.lookedAtMs - look.sinceMs > STATUS_LIFE_MS) return false;
    if (isHeld !== undefined) return isHeld;
    const ageMs = Math.abs(this.#timing.nowMs() - writtenAtMs);
    return look.isNew || ageMs <= STATUS_LIFE_MS || undefined;
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
