import type { RecordedCase } from './recordedCases';

/** A recorded write in our own words, or why there are none for it. */
export type Expression =
  | { import: Record<string, unknown> }
  | { clone: Record<string, unknown> }
  | { inexpressible: string };

type Json = Record<string, unknown>;

/** Fields of a DataVolume that come from fields of `POST /images`. */
const IMPORT_FIELDS = [
  /^apiVersion$/,
  /^kind$/,
  /^metadata\.(name|namespace)$/,
  /^spec$/,
  /^spec\.source(\.|$)/,
  /^spec\.contentType$/,
  /^spec\.pvc$/,
  /^spec\.pvc\.(accessModes|volumeMode|storageClassName)$/,
  /^spec\.pvc\.resources\.requests\.storage$/,
];
/** Fields of a claim, or of the claim in a DataVolume, that come from fields of `POST /volumes`. */
const CLONE_FIELDS = [
  /^apiVersion$/,
  /^kind$/,
  /^metadata\.(name|namespace)$/,
  /^spec\.source\.pvc(\.(name|namespace))?$/,
  /^(spec|spec\.pvc)\.(accessModes|storageClassName)$/,
  /^(spec|spec\.pvc)(\.resources(\.requests(\.storage)?)?)?$/,
  /^spec\.dataSource(\.(apiGroup|kind|name))?$/,
];
const PVC = 'PersistentVolumeClaim';

/**
 * Translates what a client of the cluster sent into what a user of ours would
 * have sent to have the same object written. By rule, so that no case drops
 * out unseen: there are no words for the form of an HTTP request, for what only
 * the objects of a cluster decide, for a field that no input of ours becomes,
 * and for leaving out what we always write.
 */
export function asOurRequest({ request, response }: RecordedCase): Expression {
  const { body, path, contentType } = request;
  if (
    typeof body !== 'object' ||
    body === null ||
    contentType !== 'application/json' ||
    new URL(path, 'http://x').search !== '?dryRun=All'
  ) {
    return { inexpressible: 'form of the HTTP request' };
  }
  if (response.status === 404 || response.status === 409) {
    return { inexpressible: 'decided by what the cluster holds: pre-flight' };
  }
  const object = body as Json;
  const { source } = at(object, 'spec') ?? {};
  if (object.kind === PVC || at({ source }, 'source')?.pvc !== undefined) {
    return asClone(object, path);
  }
  return asImport(object, path);
}

function asImport(object: Json, path: string): Expression {
  const missing = untranslated(object, path, IMPORT_FIELDS);
  if (missing) return missing;
  const { source, contentType, pvc } = at(object, 'spec') ?? {};
  const claim = at({ pvc }, 'pvc');
  if (claim && JSON.stringify(claim.accessModes) !== '["ReadWriteOnce"]') {
    return { inexpressible: 'always written: accessModes of an image' };
  }
  return {
    import: definedOnly({
      namespace: at(object, 'metadata')?.namespace,
      name: at(object, 'metadata')?.name,
      source: source && inOurWords(source),
      contentType,
      size: at(claim, 'resources', 'requests')?.storage,
      storageClass: claim?.storageClassName,
      volumeMode: claim?.volumeMode,
    }),
  };
}

function asClone(object: Json, path: string): Expression {
  const missing = untranslated(object, path, CLONE_FIELDS);
  if (missing) return missing;
  const dataVolume = object.kind === 'DataVolume';
  const claim = dataVolume ? at(object, 'spec', 'pvc') : at(object, 'spec');
  const size = at(claim, 'resources', 'requests')?.storage;
  if (size === undefined) {
    return { inexpressible: 'always written: size of a clone' };
  }
  if (claim?.accessModes === undefined) {
    return { inexpressible: 'always written: accessModes of a clone' };
  }
  const from = dataVolume
    ? at(object, 'spec', 'source', 'pvc')
    : at(claim, 'dataSource');
  const ours = !from?.apiGroup && from?.kind === PVC;
  if (!dataVolume && from && !ours) {
    return { inexpressible: 'always written: kind of the dataSource' };
  }
  return {
    clone: definedOnly({
      // A plain claim is the clone of some image, but for its source.
      image: from
        ? definedOnly({ namespace: from.namespace, name: from.name })
        : { name: 'golden-base-image' },
      namespace: at(object, 'metadata')?.namespace,
      name: at(object, 'metadata')?.name,
      size,
      storageClass: claim?.storageClassName,
      accessModes: claim?.accessModes,
    }),
  };
}

/** Our sources have the words of CDI, but for `platform.architecture`. */
function inOurWords(source: unknown): unknown {
  const registry = at({ source }, 'source', 'registry');
  if (!registry?.platform) return source;
  const { platform, ...rest } = registry;
  return { registry: { ...rest, ...(platform as Json) } };
}

function untranslated(
  object: Json,
  path: string,
  fields: RegExp[],
): Expression | undefined {
  const namespace = /\/namespaces\/([^/]+)/.exec(path)?.[1];
  const inBody = at(object, 'metadata')?.namespace;
  if (inBody !== undefined && inBody !== namespace) {
    return { inexpressible: 'form of the HTTP request' };
  }
  const version = object.kind === PVC ? 'v1' : 'cdi.kubevirt.io/v1beta1';
  if (object.apiVersion !== version) {
    return { inexpressible: 'form of the HTTP request' };
  }
  const found = leaves(object).find(
    leaf => !fields.some(field => field.test(leaf)),
  );
  return found === undefined
    ? undefined
    : { inexpressible: `no input becomes ${found}` };
}

/** Paths of what is no object, and of objects without fields. */
function leaves(value: Json, before = ''): string[] {
  return Object.entries(value).flatMap(([key, item]) => {
    const path = `${before}${key}`;
    const isObject =
      typeof item === 'object' && item !== null && !Array.isArray(item);
    return isObject && Object.keys(item).length > 0
      ? leaves(item as Json, `${path}.`)
      : [path];
  });
}

function at(value: unknown, ...path: string[]): Json | undefined {
  let found = value;
  for (const part of path) found = (found as Json | undefined)?.[part];
  return typeof found === 'object' && found !== null
    ? (found as Json)
    : undefined;
}

function definedOnly(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  );
}
