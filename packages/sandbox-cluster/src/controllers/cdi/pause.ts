/** Waits, or throws the signal's reason as soon as it aborts. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const waiting: { timer?: NodeJS.Timeout } = {};
    const onAbort = () => {
      clearTimeout(waiting.timer);
      reject(signal.reason);
    };
    waiting.timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
