import {
  refusalOfSize,
  type ImportRequest,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import { imageObjectName } from '../manifests';

/** Names of CDI's own temporary claims (1.66). */
const CDI_NAMES = /^(prime|tmp-pvc|tmp-source-pvc|cdi-upload)-|-scratch$/;

/** What is wrong with the request of an import in itself, whatever its cluster holds. */
export function importProblems(request: ImportRequest): Problem[] {
  return [
    ...contentProblems(request),
    ...sizeProblems(request.size),
    ...nameProblems(imageObjectName(request.name, request.version)),
  ];
}

/** What CDI accepts at first and fails at later (1.66). */
function contentProblems(request: ImportRequest): Problem[] {
  if (request.contentType !== 'archive') return [];
  const problems: Problem[] = [];
  if (request.source.registry) {
    problems.push({
      field: 'contentType',
      code: 'invalid',
      message: 'an image of a registry holds a disk, not an archive',
      remedy: 'leave it out, or import the archive by http',
    });
  }
  if (request.volumeMode === 'Block') {
    problems.push({
      field: 'volumeMode',
      code: 'invalid',
      message:
        'an archive is unpacked into files, which a block device has not',
      remedy: 'choose Filesystem',
    });
  }
  return problems;
}

function sizeProblems(size: string): Problem[] {
  const message = size === 'auto' ? undefined : refusalOfSize(size);
  return message === undefined
    ? []
    : [{ field: 'size', code: 'too-small', message }];
}

function nameProblems(name: string): Problem[] {
  if (!CDI_NAMES.test(name)) return [];
  return [
    {
      field: 'name',
      code: 'invalid',
      message: `"${name}" looks like a temporary claim of CDI`,
      remedy: 'choose another name or version',
    },
  ];
}
