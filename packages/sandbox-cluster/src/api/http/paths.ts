/** A path below `/api/v1` or `/apis/<group>/<version>`. */
export interface ResourcePath {
  group: string;
  version: string;
  plural: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

const NAMESPACE_SUBRESOURCES = ['status', 'finalize'];

/** `undefined` for paths of discovery, health and such, and for what cannot be a resource. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  if (parts[0] === 'api' && parts.length > 2) {
    return fromParts('', parts[1], parts.slice(2));
  }
  if (parts[0] === 'apis' && parts.length > 3) {
    return fromParts(parts[1], parts[2], parts.slice(3));
  }
  return undefined;
}

function fromParts(
  group: string,
  version: string,
  encoded: string[],
): ResourcePath | undefined {
  const parts = encoded.map(decode);
  if (parts.some(part => part === undefined || part === '')) return undefined;
  const [first, second, third, fourth, fifth, ...rest] = parts as string[];
  if (rest.length > 0) return undefined;
  const base = { group, version };
  if (first !== 'namespaces' || second === undefined) {
    if (fourth !== undefined) return undefined;
    return { ...base, plural: first, name: second, subresource: third };
  }
  if (third === undefined || NAMESPACE_SUBRESOURCES.includes(third)) {
    if (group !== '' || fourth !== undefined) return undefined;
    return {
      ...base,
      plural: 'namespaces',
      namespace: second,
      name: second,
      subresource: third,
    };
  }
  return {
    ...base,
    plural: third,
    namespace: second,
    name: fourth,
    subresource: fifth,
  };
}

/** A name never has a slash in it, however it was written. */
function decode(part: string): string | undefined {
  try {
    const decoded = decodeURIComponent(part);
    return decoded.includes('/') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
