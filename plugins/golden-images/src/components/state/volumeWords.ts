import {
  reasonInfo,
  stateSentence,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import { roughly } from '../common/time';

/** The state in words, with the time that a copy still takes where it was observed. */
export function volumeSentence(
  volume: Volume,
  nowMs: number,
  remainingMs?: number,
): string {
  const sentence = stateSentence(volume, nowMs);
  return remainingMs === undefined
    ? sentence
    : `${sentence}, ${roughly(remainingMs)} left`;
}

/** What a person can do about the state, if there is anything. */
export function whatToDo(volume: Volume): string | undefined {
  return volume.remedy ?? (volume.reason && reasonInfo(volume.reason).remedy);
}

/** States under which the cluster's own message is shown. */
export function isBad(volume: Volume): boolean {
  return ['failing', 'failed', 'lost'].includes(volume.state);
}

/** "ubuntu-24.04 @ 20261101" */
export function sourceInWords(volume: Volume): string | undefined {
  const { source } = volume;
  if (!source) return undefined;
  const image = source.image ?? source.name;
  return source.version === undefined ? image : `${image} @ ${source.version}`;
}
