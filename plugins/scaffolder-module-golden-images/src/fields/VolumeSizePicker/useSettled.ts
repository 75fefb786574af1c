import { useEffect, useState } from 'react';

/**
 * The value, once it has been the same for that long: for what changes at each
 * key. `undefined` until the first one has.
 */
export function useSettled<T>(value: T, delayMs: number): T | undefined {
  const [settled, setSettled] = useState<T>();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
