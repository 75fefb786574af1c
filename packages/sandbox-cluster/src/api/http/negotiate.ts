import { stringify } from 'yaml';
import type { ResourceDefinition } from '../resources';
import { ApiError } from '../statusErrors';

/** In which form an answer is wanted. */
export interface Form {
  mediaType: 'application/json' | 'application/yaml';
  as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
}

const NOT_ACCEPTABLE =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
const NOT_ACCEPTABLE_CORE =
  '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
const VIEWS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];

/**
 * The first form of the `Accept` header that there is.
 *
 * @throws ApiError 406, which built-in resources word otherwise than custom ones
 */
export function negotiate(
  accept: string | undefined,
  type?: ResourceDefinition,
): Form {
  if (!accept) return { mediaType: 'application/json' };
  for (const clause of accept.split(',')) {
    const [name, ...parameters] = clause.split(';').map(part => part.trim());
    const mediaType = mediaTypeOf(name);
    if (!mediaType) continue;
    const view = parameters
      .find(parameter => parameter.startsWith('as='))
      ?.slice('as='.length);
    if (view === undefined) return { mediaType };
    if (VIEWS.includes(view)) return { mediaType, as: view as Form['as'] };
  }
  throw new ApiError({
    code: 406,
    reason: 'NotAcceptable',
    message: type && !type.custom ? NOT_ACCEPTABLE_CORE : NOT_ACCEPTABLE,
    details: type && !type.custom ? {} : undefined,
  });
}

/** Writes a value in a form; JSON text is passed as it is. */
export function serialise(json: string, { mediaType }: Form): string {
  return mediaType === 'application/yaml' ? stringify(JSON.parse(json)) : json;
}

function mediaTypeOf(type: string): Form['mediaType'] | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
      return 'application/json';
    case 'application/yaml':
      return 'application/yaml';
    default:
      return undefined;
  }
}
