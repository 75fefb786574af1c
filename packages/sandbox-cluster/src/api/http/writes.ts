import { parse as parseYaml } from 'yaml';
import { applyTo } from '../apply';
import { bodyFormat, conform, decodeBody, withType } from '../decode';
import { applyJsonPatch, mergePatch, parsePatch } from '../patch';
import type { Subresource } from '../admission/AdmissionRequest';
import type { UpdateOptions, WriteOptions } from '../registry';
import { resourceKey, type ResourceDefinition } from '../resources';
import {
  ApiError,
  badRequest,
  invalid,
  invalidValue,
  unsupportedMediaType,
} from '../statusErrors';
import { strategicMergePatch } from '../strategicMergePatch';
import { isObject, type Json, type KubeObject } from '../types';
import { DecodeError } from '../schema/goTypes';
import type { ApiRequest } from './ApiContext';
import { authorizeResource } from './auth';
import { readBody } from './body';
import { negotiate } from './negotiate';
import { readDeleteOptions, readWriteQuery, type WriteQuery } from './options';
import type { ResourcePath } from './paths';
import { sendJson } from './respond';
import { scopeOf } from './scope';
import { partialObject, tableOf } from './tables';

/** One resource and the path by which it was reached. */
export interface Target {
  type: ResourceDefinition;
  path: ResourcePath;
}

export async function handleCreate(request: ApiRequest, target: Target) {
  const { type, path } = target;
  const { context } = request;
  const options = readWriteQuery(request.query, 'CreateOptions');
  const format = bodyFormat(request.request.headers['content-type']);
  const body = await readBody(request.request);
  const { object, duplicates } = decodeBody(body, format, type);
  conform(object, type, {
    fieldValidation: options.fieldValidation,
    warnings: request.warnings,
    duplicates,
  });
  const namespace = type.namespaced ? path.namespace : undefined;
  const created = context.registry.create(
    type,
    namespace,
    object,
    writeOptions(request, options),
  );
  await sendObject(request, type, 201, created);
}

export async function handleReplace(request: ApiRequest, target: Target) {
  const { type, path } = target;
  const options = readWriteQuery(request.query, 'UpdateOptions');
  const format = bodyFormat(request.request.headers['content-type']);
  const body = await readBody(request.request);
  const { object, duplicates } = decodeBody(body, format, type);
  conform(object, type, {
    fieldValidation: options.fieldValidation,
    warnings: request.warnings,
    duplicates,
  });
  checkName(object, path);
  const updated = request.context.registry.update(
    type,
    keyOf(type, path),
    () => object,
    { ...updateOptions(request, options, path), replaces: true },
  );
  await sendObject(request, type, 200, updated);
}

export async function handlePatch(request: ApiRequest, target: Target) {
  const { type, path } = target;
  const contentType = (request.request.headers['content-type'] ?? '')
    .split(';')[0]
    .trim();
  const isApply = contentType === 'application/apply-patch+yaml';
  if (!acceptedPatches(type).includes(contentType)) {
    throw type.custom
      ? unsupportedMediaType(
          `the body of the request was in an unknown format - accepted media types include: ${acceptedPatches(
            type,
          ).join(', ')}`,
        )
      : unsupportedMediaType('415: Unsupported Media Type', {});
  }
  const options = readWriteQuery(request.query, 'PatchOptions', isApply);
  const body = await readBody(request.request);
  if (isApply) {
    await handleApply(request, target, options, body);
    return;
  }
  const patch = parsePatch(body);
  const updated = request.context.registry.update(
    type,
    keyOf(type, path),
    current => {
      const patched = patchWith(contentType, current, patch);
      const object = withType(patched, type);
      conformPatched(object, type, options, request.warnings);
      checkName(object, path);
      return object;
    },
    updateOptions(request, options, path),
  );
  await sendObject(request, type, 200, updated);
}

async function handleApply(
  request: ApiRequest,
  { type, path }: Target,
  options: WriteQuery,
  body: string,
) {
  const { registry, clock } = request.context;
  const applied = readApplied(body, type);
  conform(applied, type, {
    fieldValidation: options.fieldValidation,
    warnings: request.warnings,
  });
  applied.metadata.name ??= path.name;
  checkName(applied, path);
  if (applied.metadata.managedFields) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const apply = {
    fieldManager: options.fieldManager ?? '',
    force: options.force,
    clock,
  };
  const key = keyOf(type, path);
  const live = request.context.store.collection(type).get(key);
  if (live) {
    const updated = registry.update(
      type,
      key,
      current => applyTo(current, applied, apply),
      { ...updateOptions(request, options, path), isApply: true },
    );
    await sendObject(request, type, 200, updated);
    return;
  }
  authorizeResource(request.context.authorizer, request.user, 'create', path);
  const first = applyTo(undefined, applied, apply);
  const { managedFields } = first.metadata;
  const created = registry.create(
    type,
    type.namespaced ? path.namespace : undefined,
    first,
    { ...writeOptions(request, options), managedFields },
  );
  await sendObject(request, type, 201, created);
}

export async function handleDelete(request: ApiRequest, target: Target) {
  const { type, path } = target;
  const { dryRun, ...deletion } = readDeleteOptions(
    request.query,
    await readOptionsBody(request),
  );
  const { object, removed } = request.context.registry.delete(
    type,
    keyOf(type, path),
    deletion,
    writeOptions(request, { dryRun }),
  );
  if (!removed || type.returnsDeleted) {
    await sendObject(request, type, 200, object);
    return;
  }
  await request.context.persisted();
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(type.group ? { group: type.group } : {}),
      kind: type.plural,
      uid: object.metadata.uid,
    },
  };
  sendJson(request, 200, JSON.stringify(status));
}

export async function handleDeleteCollection(
  request: ApiRequest,
  { type, path }: Target,
) {
  const { context, query } = request;
  const { dryRun, ...deletion } = readDeleteOptions(
    query,
    await readOptionsBody(request),
  );
  const scope = scopeOf(
    context,
    type,
    {
      labelSelector: query.get('labelSelector') ?? '',
      fieldSelector: query.get('fieldSelector') ?? '',
    },
    path,
  );
  const items = scope.collection
    .list(scope.namespace)
    .filter(scope.matches)
    .map(
      ({ key }) =>
        context.registry.delete(type, key, deletion, {
          ...writeOptions(request, { dryRun }),
          isCollection: true,
        }).object,
    );
  await context.persisted();
  const list = {
    kind: `${type.kind}List`,
    apiVersion: type.group ? `${type.group}/${type.version}` : type.version,
    metadata: { resourceVersion: String(context.store.revision) },
    items,
  };
  sendJson(request, 200, JSON.stringify(list));
}

/** One object, once it is on disk, in the form that was asked for. */
export async function sendObject(
  request: ApiRequest,
  type: ResourceDefinition,
  status: number,
  object: KubeObject,
) {
  const form = negotiate(request.request.headers.accept, type);
  await request.context.persisted();
  let shown: unknown = object;
  if (form.as === 'Table') {
    shown = tableOf(
      type,
      [object],
      request.context.clock,
      request.query.get('includeObject'),
    );
  } else if (form.as) shown = partialObject(object);
  sendJson(request, status, JSON.stringify(shown), form);
}

export function keyOf(type: ResourceDefinition, path: ResourcePath): string {
  return type.namespaced ? `${path.namespace}/${path.name}` : path.name ?? '';
}

async function readOptionsBody(request: ApiRequest): Promise<unknown> {
  const body = await readBody(request.request);
  if (body === '') return undefined;
  const format = bodyFormat(request.request.headers['content-type']);
  try {
    return format === 'yaml' ? parseYaml(body) : JSON.parse(body);
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${
        (error as Error).message
      }`,
    );
  }
}

function acceptedPatches(type: ResourceDefinition): string[] {
  return [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(type.custom ? [] : ['application/strategic-merge-patch+json']),
    'application/apply-patch+yaml',
  ];
}

function patchWith(
  contentType: string,
  current: KubeObject,
  patch: unknown,
): Json {
  if (contentType === 'application/json-patch+json') {
    return applyJsonPatch(current, patch);
  }
  if (!isObject(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  }
  return contentType === 'application/merge-patch+json'
    ? (mergePatch(current, patch) as Json)
    : strategicMergePatch(current, patch);
}

/** A patch of a core type that does not fit is Invalid, where a body would be a BadRequest. */
function conformPatched(
  object: KubeObject,
  type: ResourceDefinition,
  { fieldValidation }: WriteQuery,
  warnings: string[],
) {
  const shown = type.custom ? '' : JSON.stringify(object);
  try {
    conform(object, type, { fieldValidation, warnings });
  } catch (error) {
    if (
      type.custom ||
      !(error instanceof ApiError) ||
      !(error.cause instanceof DecodeError)
    ) {
      throw error;
    }
    throw invalid({ kind: '', name: '' }, [
      invalidValue('patch', shown, error.cause.message),
    ]);
  }
}

function readApplied(body: string, type: ResourceDefinition): KubeObject {
  let value: unknown;
  try {
    value = parseYaml(body);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
  if (!isObject(value)) {
    throw badRequest('error decoding YAML: the body is not an object');
  }
  if (!value.apiVersion || !value.kind) {
    throw badRequest(
      `apiVersion and kind are required to apply ${resourceKey(
        type.group,
        type.plural,
      )}`,
    );
  }
  return withType(value, type);
}

function checkName({ metadata }: KubeObject, { name }: ResourcePath) {
  if (metadata.name === undefined || metadata.name === name) return;
  throw badRequest(
    `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
  );
}

function managerOf(request: ApiRequest, query: Partial<WriteQuery>): string {
  return (
    query.fieldManager ||
    (request.request.headers['user-agent'] ?? 'unknown').split('/')[0]
  );
}

function writeOptions(
  request: ApiRequest,
  query: Partial<WriteQuery>,
): WriteOptions {
  return {
    dryRun: query.dryRun === true,
    user: request.user,
    fieldManager: managerOf(request, query),
    warnings: request.warnings,
  };
}

function updateOptions(
  request: ApiRequest,
  query: WriteQuery,
  path: ResourcePath,
): UpdateOptions {
  return {
    ...writeOptions(request, query),
    subresource: path.subresource as Subresource | undefined,
  };
}
