import { isObject, type Json } from '../types';
import { refuse, type Refusal } from './dataVolumes';
import { parseGoUrl, parseRequestUri } from './goUrl';

const HASH_LENGTHS: Record<string, number> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha512: 128,
};

/** The source part of CDI's datavolume-validate webhook (v1.66). */
export function validateSource(
  source: Json,
  contentType: unknown,
): Refusal | undefined {
  const kinds = Object.keys(source).filter(kind => isObject(source[kind]));
  if (kinds.length === 0) {
    return refuse('Missing Data volume source', 'spec.source');
  }
  if (kinds.length > 1) {
    return refuse('Multiple Data volume sources', 'spec.source');
  }
  const [kind] = kinds;
  const value = source[kind] as Json;
  switch (kind) {
    case 'http':
      return (
        validateUrl(value.url, 'spec.source.HTTP.url') ??
        validateChecksum(value.checksum)
      );
    case 's3':
      return validateUrl(value.url, 'spec.source.S3.url');
    case 'gcs':
      return validateUrl(value.url, 'spec.source.GCS.url');
    case 'blank':
      return contentType === 'archive'
        ? refuse(
            'SourceType cannot be blank and the contentType be archive',
            'spec.contentType',
          )
        : undefined;
    case 'registry':
      return validateRegistry(value, contentType);
    case 'imageio':
      return validateImageIo(value);
    case 'vddk':
      return has(value, [
        'secretRef',
        'uuid',
        'backingFile',
        'thumbprint',
        'url',
      ])
        ? undefined
        : refuse(
            'spec.source.VDDK source VDDK is not valid',
            'spec.source.VDDK',
          );
    case 'pvc':
      return has(value, ['namespace', 'name'])
        ? undefined
        : refuse('spec.source.PVC source PVC is not valid', 'spec.source.PVC');
    case 'snapshot':
      return has(value, ['namespace', 'name'])
        ? undefined
        : refuse(
            'spec.source.Snapshot source snapshot is not valid',
            'spec.source.Snapshot',
          );
    default:
      return undefined;
  }
}

function has(value: Json, fields: string[]): boolean {
  return fields.every(field => Boolean(value[field]));
}

function validateUrl(value: unknown, field: string): Refusal | undefined {
  const url = String(value ?? '');
  if (url === '') return refuse('spec.source source URL is empty', field);
  const parsed = parseRequestUri(url);
  if (!parsed) return refuse(`spec.source Invalid source URL: ${url}`, field);
  return ['http', 'https', 'gs'].includes(parsed.scheme)
    ? undefined
    : refuse(`spec.source Invalid source URL scheme: ${url}`, field);
}

function validateChecksum(value: unknown): Refusal | undefined {
  const checksum = String(value ?? '');
  if (checksum === '') return undefined;
  const problem = checksumProblem(checksum);
  return problem
    ? refuse(`Invalid checksum format: ${problem}`, 'spec.source.HTTP.checksum')
    : undefined;
}

function checksumProblem(checksum: string): string | undefined {
  const parts = checksum.split(':');
  if (parts.length !== 2) {
    return `invalid checksum format: expected 'algorithm:hash', got '${checksum}'`;
  }
  const algorithm = parts[0].trim().toLowerCase();
  const hash = parts[1].trim();
  if (hash === '') return 'checksum hash is empty';
  const length = HASH_LENGTHS[algorithm];
  if (!length) {
    return `unsupported hash algorithm '${algorithm}': supported algorithms are: md5, sha1, sha256, sha512`;
  }
  if (hash.length !== length) {
    return `invalid ${algorithm} hash length: expected ${length} hex characters, got ${hash.length}`;
  }
  const wrong = /[^0-9a-fA-F]/.exec(hash)?.[0];
  if (wrong === undefined) return undefined;
  const code = wrong.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `checksum hash is not valid hexadecimal: encoding/hex: invalid byte: U+${code} '${wrong}'`;
}

function validateRegistry(
  { url, imageStream, pullMethod }: Json,
  contentType: unknown,
): Refusal | undefined {
  const field = 'spec.source.Registry';
  const methodField = `${field}.importMethod`;
  if (contentType && contentType !== 'kubevirt') {
    return refuse(
      'ContentType must be kubevirt when Source is Registry',
      'spec.contentType',
    );
  }
  const hasUrl = url !== undefined && url !== null;
  const hasStream = imageStream !== undefined && imageStream !== null;
  if (hasUrl === hasStream) {
    return refuse(
      'Source registry should have either URL or ImageStream',
      field,
    );
  }
  if (hasUrl) {
    const parsed = parseGoUrl(String(url));
    if (!parsed) {
      return refuse(`Illegal registry source URL ${url}`, `${field}.URL`);
    }
    if (!['docker', 'oci-archive'].includes(parsed.scheme)) {
      return refuse(
        `Illegal registry source URL scheme ${url}`,
        `${field}.URL`,
      );
    }
  }
  if (pullMethod && pullMethod !== 'pod' && pullMethod !== 'node') {
    return refuse(
      `ImportMethod ${pullMethod} is neither pod, node or ""`,
      methodField,
    );
  }
  if (hasStream && imageStream === '') {
    return refuse('Source registry ImageStream is not valid', methodField);
  }
  if (hasStream && pullMethod !== 'node') {
    return refuse(
      'Source registry ImageStream is supported only with node pull import method',
      methodField,
    );
  }
  return undefined;
}

function validateImageIo(value: Json): Refusal | undefined {
  const field = 'spec.source.Imageio';
  if (!has(value, ['secretRef', 'url', 'diskId'])) {
    return refuse('spec.source.Imageio source Imageio is not valid', field);
  }
  return value.certConfigMap || value.insecureSkipVerify
    ? undefined
    : refuse(
        'spec.source.Imageio source Imageio is not valid: either CertConfigMap or InsecureSkipVerify is needed',
        field,
      );
}
