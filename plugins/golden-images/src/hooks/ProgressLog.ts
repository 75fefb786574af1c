import type { VolumeList } from '@golden-images/plugin-golden-images-common';

interface Observation {
  atMs: number;
  percent: number;
}

const WINDOW_MS = 60_000;
/** Less than this says nothing about speed. */
const MIN_SPAN_MS = 4_000;
const MAX_ESTIMATE_MS = 24 * 3_600_000;

/**
 * How fast copies move, as observed on this page: an estimate is made from what
 * was seen within the last minute and from nothing else.
 */
export class ProgressLog {
  readonly #observations = new Map<string, Observation[]>();

  /** Notes what an answer says; what it does not name any more is forgotten. */
  observe(volumes: VolumeList['items'], atMs: number): void {
    const seen = new Set<string>();
    for (const volume of volumes) {
      const { progressPercent: percent } = volume;
      if (volume.state !== 'copying' || percent === undefined) continue;
      const key = volumeKey(volume);
      seen.add(key);
      const earlier = (this.#observations.get(key) ?? []).filter(
        // Another attempt begins at nothing again.
        one => one.percent <= percent && atMs - one.atMs <= WINDOW_MS,
      );
      this.#observations.set(key, [...earlier, { atMs, percent }]);
    }
    for (const key of this.#observations.keys()) {
      if (!seen.has(key)) this.#observations.delete(key);
    }
  }

  /** Time that is left, or `undefined` while too little was seen or nothing moves. */
  remainingMs(volume: VolumeList['items'][number]): number | undefined {
    // A page may show an answer before it has been observed.
    if (volume.state !== 'copying') return undefined;
    const observations = this.#observations.get(volumeKey(volume)) ?? [];
    if (observations.length < 2) return undefined;
    const first = observations[0];
    const last = observations[observations.length - 1];
    const spanMs = last.atMs - first.atMs;
    const gained = last.percent - first.percent;
    if (spanMs < MIN_SPAN_MS || gained <= 0) return undefined;
    const remainingMs = ((100 - last.percent) / gained) * spanMs;
    return remainingMs <= MAX_ESTIMATE_MS ? remainingMs : undefined;
  }
}

/** Identity of a row: a claim made again under the same name is another one. */
export function volumeKey(volume: VolumeList['items'][number]): string {
  const { cluster, namespace, name, uid } = volume;
  return [cluster, namespace, name, uid].join('/');
}
