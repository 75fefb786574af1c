import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ApiError,
  badRequest,
  methodNotAllowed,
  notFound,
} from '../statusErrors';
import type { ApiContext, ApiRequest } from './ApiContext';
import { impersonate } from '../rbac/impersonate';
import { handleReview, isReview } from './accessReview';
import {
  authenticate,
  authorizePath,
  authorizeResource,
  cannot,
  forbiddenPath,
} from './auth';
import { discover, VERSION } from './discovery';
import { handleList } from './list';
import { isTrue } from './options';
import { parseResourcePath, type ResourcePath } from './paths';
import { sendError, sendJson, sendText } from './respond';
import { handleWatch } from './watch';
import {
  handleCreate,
  handleDelete,
  handleDeleteCollection,
  handlePatch,
  handleReplace,
  keyOf,
  sendObject,
  type Target,
} from './writes';
import { toEventV1 } from '../eventsV1';

const HEALTH_PATHS = ['/healthz', '/livez', '/readyz'];
const VERBS: Record<string, string> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
};

/** Answers one HTTP request: who, whether he may, and what. Never throws. */
export async function handleRequest(
  context: ApiContext,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const apiRequest: ApiRequest = {
      context,
      request,
      response,
      method: request.method ?? 'GET',
      // As sent: URL would take the dots out of a path.
      path: (request.url ?? '/').split('?')[0],
      query: url.searchParams,
      user: authenticate(request, context.tokens),
      warnings: [],
    };
    await route(apiRequest);
  } catch (error) {
    // What was not read of the body would be taken for the next request.
    request.resume();
    sendError(response, error);
  }
}

async function route(request: ApiRequest) {
  const { path } = request;
  const resourcePath = parseResourcePath(path);
  if (resourcePath) {
    await routeResource(request, resourcePath);
    return;
  }
  request.user = impersonate({
    request: request.request,
    user: request.user,
    authorizer: request.context.authorizer,
    refuse: mode =>
      forbiddenPath(
        request.user,
        `impersonate-on:${mode}:${request.method.toLowerCase()}`,
        path,
      ),
  });
  authorizePath(request.context.authorizer, request.user, request.method, path);
  if (/^\/api\/v1\/./.test(path)) throw noSuchResource();
  const isHealth = HEALTH_PATHS.includes(path);
  const document =
    path === '/version'
      ? VERSION
      : discover(
          request.context.definitions,
          path,
          request.request.headers.host ?? '',
        );
  if (!isHealth && !document) {
    sendText(request.response, 404, '404 page not found\n');
    return;
  }
  if (request.method !== 'GET') throw methodNotAllowed();
  if (isHealth) sendText(request.response, 200, 'ok');
  else sendJson(request, 200, JSON.stringify(document));
}

async function routeResource(request: ApiRequest, path: ResourcePath) {
  const { context, method, query } = request;
  const isCollection = path.name === undefined;
  const isWatch = isTrue(query.get('watch'));
  const verb = verbOf(method, isCollection, isWatch);
  const { authorizer } = context;
  request.user = impersonate({
    request: request.request,
    user: request.user,
    authorizer,
    refuse: mode =>
      cannot(request.user, `impersonate-on:${mode}:${verb}`, path),
  });
  authorizeResource(authorizer, request.user, verb, path);
  if (isReview(path)) {
    if (method !== 'POST' || !isCollection) throw methodNotAllowed();
    await handleReview(request, path);
    return;
  }
  const type = context.definitions.find(path.group, path.version, path.plural);
  const hasSubresource =
    path.subresource === undefined ||
    (path.subresource === 'status' && type?.hasStatus) ||
    type?.subresources?.includes(path.subresource);
  const isMisplaced =
    type?.namespaced === false &&
    path.namespace !== undefined &&
    path.plural !== 'namespaces';
  if (!type || !hasSubresource || isMisplaced) {
    // Built-in groups answer with a Status, those of custom resources with text.
    if (path.group === '') throw noSuchResource();
    sendText(request.response, 404, '404 page not found\n');
    return;
  }
  const target: Target = { type, path };
  if (type.viewOf && method !== 'GET') throw methodNotAllowed();
  if (isCollection) await handleCollection(request, target, isWatch);
  else await handleItem(request, target, isWatch);
}

async function handleCollection(
  request: ApiRequest,
  target: Target,
  isWatch: boolean,
) {
  const { type, path } = target;
  switch (request.method) {
    case 'GET':
      if (isWatch) handleWatch(request, type, path);
      else await handleList(request, type, path);
      return;
    case 'POST':
      if (type.namespaced && path.namespace === undefined) {
        if (!type.custom) throw methodNotAllowed();
        throw badRequest('an empty namespace may not be set during creation');
      }
      await handleCreate(request, target);
      return;
    case 'DELETE':
      if (!type.verbs.includes('deletecollection')) throw methodNotAllowed();
      await handleDeleteCollection(request, target);
      return;
    case 'PUT':
    case 'PATCH':
      if (type.custom) throw badRequest('name must be provided');
      throw methodNotAllowed();
    default:
      throw methodNotAllowed();
  }
}

async function handleItem(
  request: ApiRequest,
  target: Target,
  isWatch: boolean,
) {
  const { type, path } = target;
  switch (request.method) {
    case 'GET': {
      if (isWatch) {
        request.query.set('fieldSelector', `metadata.name=${path.name}`);
        handleWatch(request, type, path);
        return;
      }
      const { context } = request;
      const key = keyOf(type, path);
      const stored = type.viewOf
        ? context.store
            .collection(context.definitions.get(type.viewOf))
            .get(key)
        : context.registry.get(type, key);
      if (!stored) throw notFound(type, path.name ?? '');
      const object = type.viewOf ? toEventV1(stored.object) : stored.object;
      await sendObject(request, type, 200, object);
      return;
    }
    case 'PUT':
      await handleReplace(request, target);
      return;
    case 'PATCH':
      await handlePatch(request, target);
      return;
    case 'DELETE':
      if (path.subresource) throw methodNotAllowed();
      await handleDelete(request, target);
      return;
    case 'POST':
      // A habit of apiextensions-apiserver: the object in the body is created.
      if (!type.custom || path.subresource) throw methodNotAllowed();
      await handleCreate(request, target);
      return;
    default:
      throw methodNotAllowed();
  }
}

function verbOf(method: string, isCollection: boolean, isWatch: boolean) {
  if (method === 'DELETE') return isCollection ? 'deletecollection' : 'delete';
  if (method !== 'GET') return VERBS[method] ?? method.toLowerCase();
  if (isWatch) return 'watch';
  return isCollection ? 'list' : 'get';
}

function noSuchResource() {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  });
}
