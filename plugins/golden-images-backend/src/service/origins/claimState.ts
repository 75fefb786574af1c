import {
  reasonInfo,
  stateSentence,
  type Image,
  type Problem,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Tracking } from '../../tracking';
import type { OriginRef } from './types';

/**
 * Whether the bytes of a claim are all there, by the same rule as for every
 * image and volume: what is copied half way would make half an image.
 *
 * @returns `problem`, or `warning` where that cannot be seen
 */
export async function claimState(
  tracking: Tracking,
  cluster: string,
  ref: OriginRef,
  nowMs: number,
): Promise<{ problem?: Problem; warning?: string }> {
  const { namespace, name, field } = ref;
  const key = { cluster, namespace, name };
  // Read from the cluster now: an image must not be made of an old row.
  await tracking.refresh(key);
  const row =
    (await tracking.reader.getImage(key)) ??
    (await tracking.reader.getVolume(key));
  const object: Image | Volume | undefined = row?.object;
  const problemOf = (message: string, remedy: string) => ({
    problem: { field, code: 'source-not-ready' as const, message, remedy },
  });
  if (!object) {
    return problemOf(
      `whether "${namespace}/${name}" is complete cannot be seen: namespace "${namespace}" is not followed`,
      'an administrator can add it to the scope of the cluster',
    );
  }
  if (object.kind === 'image' && object.retirement) {
    return problemOf(
      `"${namespace}/${name}" is being retired`,
      'choose another version',
    );
  }
  if (object.state === 'ready' || object.state === 'usable') return {};
  if (object.state === 'unknown') {
    return {
      warning: `Whether the bytes of "${namespace}/${name}" are all there cannot be seen here. Make sure that its own copy is finished.`,
    };
  }
  const remedy =
    object.remedy ?? (object.reason && reasonInfo(object.reason).remedy);
  return problemOf(
    `"${namespace}/${name}" cannot be copied now. ${stateSentence(
      object,
      nowMs,
    )}`,
    ['pending', 'waiting', 'importing', 'copying'].includes(object.state)
      ? 'Wait until it is complete.'
      : remedy ?? 'Choose another one.',
  );
}
