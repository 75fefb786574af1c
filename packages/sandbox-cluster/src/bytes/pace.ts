/** Limits a stream of bytes to a rate, and stops it by its signal. */
export interface Pace {
  /** Resolves when so many bytes more may pass. @throws the signal's reason when aborted */
  take(bytes: number): Promise<void>;
}

const realTime = {
  nowMs: () => performance.now(),
  delay: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
};

/**
 * @param bytesPerSecond - no limit where absent
 * @param signal - aborts a `take` under way
 */
export function createPace(
  bytesPerSecond: number | undefined,
  signal: AbortSignal | undefined,
  time: { nowMs(): number; delay(ms: number): Promise<void> } = realTime,
): Pace {
  const beganAtMs = time.nowMs();
  let taken = 0;
  return {
    async take(bytes) {
      signal?.throwIfAborted();
      taken += bytes;
      if (!bytesPerSecond) return;
      const dueAtMs = beganAtMs + (taken / bytesPerSecond) * 1000;
      // In short naps, so that an abort is noticed soon.
      for (;;) {
        const leftMs = dueAtMs - time.nowMs();
        if (leftMs <= 0) return;
        await time.delay(Math.min(leftMs, 100));
        signal?.throwIfAborted();
      }
    },
  };
}
