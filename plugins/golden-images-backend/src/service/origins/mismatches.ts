import {
  Quantity,
  type ImportRequest,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import type { ImageOrigin } from '../../manifests';

/** What was asked for beside the source, and cannot be of that source. */
export function mismatches(
  request: ImportRequest,
  origin: ImageOrigin,
): Problem[] {
  const problems: Problem[] = [];
  const { kind, size, volumeMode, contentType = 'kubevirt' } = origin;
  const what = kind === 'pvc' ? 'claim' : 'snapshot';
  const asked = Quantity.tryParse(request.size);
  if (asked && asked.compare(size) < 0) {
    problems.push({
      field: 'size',
      code: 'too-small',
      message: `must be at least that of the ${what}, ${size} (asked for: ${request.size})`,
      remedy: 'ask for that size, or for "auto"',
    });
  }
  if (
    volumeMode !== undefined &&
    request.volumeMode !== undefined &&
    request.volumeMode !== volumeMode
  ) {
    problems.push({
      field: 'volumeMode',
      code: 'mode-differs',
      message: `the ${what} is a ${volumeMode} volume, and so is a copy of it`,
      remedy: 'leave it out',
    });
  }
  // CDI compares only with claims; of a snapshot it knows nothing (1.66).
  if (
    kind === 'pvc' &&
    request.contentType !== undefined &&
    request.contentType !== contentType
  ) {
    problems.push({
      field: 'contentType',
      code: 'invalid',
      message: `the claim holds ${
        contentType === 'archive' ? 'files of an archive' : 'a disk'
      }, and so does a copy of it`,
      remedy: 'leave it out',
    });
  }
  return problems;
}

export function largerWarning(
  request: ImportRequest,
  { size, kind }: ImageOrigin,
): string | undefined {
  const asked = Quantity.tryParse(request.size);
  if (!asked || asked.compare(size) <= 0) return undefined;
  return `The volume grows from ${size} to ${asked} after it was copied; a disk in the ${
    kind === 'pvc' ? 'claim' : 'snapshot'
  } keeps its size.`;
}

export function modeWarning(
  request: ImportRequest,
  { volumeMode, name }: ImageOrigin,
): string | undefined {
  return (volumeMode ?? request.volumeMode) === undefined
    ? `Whether snapshot "${name}" is of a Filesystem or a Block volume cannot be seen, so it is taken for Filesystem; "volumeMode" can say otherwise.`
    : undefined;
}
