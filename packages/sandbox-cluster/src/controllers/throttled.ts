/** Calls on at most once in so many milliseconds; what comes between is dropped. */
export function throttled<T>(
  everyMs: number,
  call: (value: T) => void,
): (value: T) => void {
  let lastMs = 0;
  return value => {
    const nowMs = Date.now();
    if (nowMs - lastMs < everyMs) return;
    lastMs = nowMs;
    call(value);
  };
}
