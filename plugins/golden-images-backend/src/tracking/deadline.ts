import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { annotationOf, type Joined } from './views';

/** When an object that has not become ready is given up, if that was agreed. */
export function deadlineMsOf(joined: Joined): number | undefined {
  if (annotationOf(joined, ANNOTATIONS.onTimeout) !== 'delete') {
    return undefined;
  }
  const deadlineMs = Date.parse(
    annotationOf(joined, ANNOTATIONS.deadline) ?? '',
  );
  return Number.isNaN(deadlineMs) ? undefined : deadlineMs;
}
