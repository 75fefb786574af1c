import { stringify } from 'yaml';
import { ApiError } from '../statusErrors';

/** In which form an answer is wanted. */
export interface Form {
  mediaType: 'application/json' | 'application/yaml';
  as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
}

const VIEWS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];

/**
 * The first form of the `Accept` header that there is.
 *
 * @throws ApiError 406
 */
export function negotiate(accept: string | undefined): Form {
  if (!accept) return { mediaType: 'application/json' };
  for (const clause of accept.split(',')) {
    const [type, ...parameters] = clause.split(';').map(part => part.trim());
    const mediaType = mediaTypeOf(type);
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
    message:
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
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
