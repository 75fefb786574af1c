import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useApi } from '@backstage/core-plugin-api';
import { useSignal } from '@backstage/plugin-signals-react';
import {
  GOLDEN_IMAGES_SIGNAL_CHANNEL,
  type VolumeList,
} from '@golden-images/plugin-golden-images-common';
import { goldenImagesApiRef } from '../api';
import { Poller, systemTiming, type Polled, type Timing } from './Poller';

const SLOW_MS = 15_000;
const FAST_MS = 2_000;

/** People wait in front of the page for a copy, and for its beginning. */
const intervalMs = (list: VolumeList | undefined) =>
  list?.items.some(({ state }) => state === 'copying' || state === 'pending')
    ? FAST_MS
    : SLOW_MS;

/**
 * The volumes of an entity, kept up to date: by hints where the app has signals,
 * by polling always, and when the page is looked at again. The last known
 * volumes stay while the backend cannot be reached.
 */
export function useEntityVolumes(
  entityRef: string,
  timing: Timing = systemTiming,
): Polled<VolumeList> & { refresh: () => void } {
  const api = useApi(goldenImagesApiRef);
  const poller = useMemo(
    () =>
      new Poller({
        load: signal => api.listVolumes({ entityRef }, { signal }),
        intervalMs,
        timing,
      }),
    [api, entityRef, timing],
  );
  const polled = useSyncExternalStore(poller.subscribe, poller.snapshot);

  useEffect(() => {
    const lookedAt = () => {
      if (document.hidden) poller.pause();
      else poller.refresh();
    };
    lookedAt();
    document.addEventListener('visibilitychange', lookedAt);
    window.addEventListener('focus', lookedAt);
    window.addEventListener('online', lookedAt);
    return () => {
      document.removeEventListener('visibilitychange', lookedAt);
      window.removeEventListener('focus', lookedAt);
      window.removeEventListener('online', lookedAt);
      poller.stop();
    };
  }, [poller]);

  const { lastSignal } = useSignal(GOLDEN_IMAGES_SIGNAL_CHANNEL);
  useEffect(() => {
    if (lastSignal) poller.hint();
  }, [lastSignal, poller]);

  return useMemo(
    () => ({ ...polled, refresh: poller.refresh }),
    [polled, poller],
  );
}
