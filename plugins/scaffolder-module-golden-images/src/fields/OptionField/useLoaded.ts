import { useCallback, useEffect, useRef, useState } from 'react';

/** What was loaded last, and what became of the load since. */
export interface Loaded<T> {
  value?: T;
  error?: Error;
  loading: boolean;
  reload: () => void;
}

/**
 * Loads a value, and again on `reload` or when `load` is another one. The last
 * value is kept while it is loaded again; nothing arrives after unmount.
 *
 * @param load - must be stable (`useCallback`)
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    loading: true,
  });
  const running = useRef<AbortController>();

  const reload = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState(({ value, error }) => ({ value, error, loading: true }));
    load(controller.signal).then(
      value => {
        if (!controller.signal.aborted) setState({ value, loading: false });
      },
      error => {
        if (controller.signal.aborted) return;
        setState(({ value }) => ({ value, error, loading: false }));
      },
    );
  }, [load]);

  useEffect(() => {
    reload();
    return () => running.current?.abort();
  }, [reload]);

  return { ...state, reload };
}
