import { apiVersionOf, type ResourceDefinition } from '../resources';
import { ApiError, badRequest, expired } from '../statusErrors';
import type { StoredObject } from '../store';
import type { ApiContext, ApiRequest } from './ApiContext';
import { decodeContinue, encodeContinue } from './continueToken';
import { negotiate, type Form } from './negotiate';
import { readListQuery, type ListQuery } from './options';
import { sendJson, sendParts } from './respond';
import { scopeOf, type Scope } from './scope';
import { partialObject, tableOf } from './tables';

const TOO_LARGE_WAIT_MS = 3_000;
const POLL_MS = 100;
const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export interface Page {
  items: StoredObject[];
  revision: number;
  continueToken?: string;
  remaining?: number;
}

/** Answers a list: at the current or an earlier revision, whole or in pages. */
export async function handleList(
  request: ApiRequest,
  type: ResourceDefinition,
  place: { namespace?: string; name?: string },
) {
  const { context, query } = request;
  const options = readListQuery(query);
  const form = listForm(negotiate(request.request.headers.accept, type));
  const scope = scopeOf(context, type, options, place);
  const page = await readPage(context, scope, options);
  await send(request, scope, page, form);
}

/** @throws ApiError 400, 410 or 504 */
export async function readPage(
  context: ApiContext,
  scope: Scope,
  options: ListQuery,
): Promise<Page> {
  const start = options.continueToken
    ? decodeContinue(options.continueToken)
    : undefined;
  const revision = start
    ? start.revision
    : await exactRevision(context, options);
  const current = context.store.revision;
  const at = revision === undefined || revision < 0 ? current : revision;
  const all = scope.collection.listAt(at, scope.namespace);
  if (!all) {
    if (!start) {
      throw expired('The resourceVersion for the provided list is too old.');
    }
    const { afterKey } = start;
    throw expired(CONTINUE_EXPIRED, {
      continue: encodeContinue({ revision: -1, afterKey }),
    });
  }
  const prefix = scope.namespace === undefined ? '' : `${scope.namespace}/`;
  const after = start ? `${prefix}${start.afterKey}` : '';
  const rest = start ? all.filter(({ key }) => key > after) : all;
  return paginate(rest, scope, { limit: options.limit, revision: at, prefix });
}

function paginate(
  candidates: StoredObject[],
  scope: Scope,
  options: { limit: number; revision: number; prefix: string },
): Page {
  const { limit, revision, prefix } = options;
  const matching = scope.isFiltered
    ? candidates.filter(scope.matches)
    : candidates;
  if (limit === 0 || matching.length <= limit) {
    return { items: matching, revision };
  }
  const items = matching.slice(0, limit);
  const afterKey = items[items.length - 1].key.slice(prefix.length);
  return {
    items,
    revision,
    continueToken: encodeContinue({ revision, afterKey }),
    // Not told with a selector, for then it is not known without reading on.
    remaining: scope.isFiltered ? undefined : matching.length - limit,
  };
}

/** The revision that must be shown; `undefined` when any current one will do. */
async function exactRevision(
  context: ApiContext,
  { resourceVersion, match, limit }: ListQuery,
): Promise<number | undefined> {
  if (resourceVersion === undefined || resourceVersion === '0') {
    return undefined;
  }
  const wanted = parseRevision(resourceVersion);
  if (wanted === undefined) {
    throw badRequest(
      `invalid resource version: ${invalidRevision(resourceVersion)}`,
    );
  }
  await reachRevision(context, wanted);
  const isExact = match === 'Exact' || (match === undefined && limit > 0);
  return isExact ? wanted : undefined;
}

/** Waits a little for a revision that is not there yet, as the watch cache does. */
async function reachRevision(context: ApiContext, wanted: number) {
  const { store, clock } = context;
  const deadline = clock.now().getTime() + TOO_LARGE_WAIT_MS;
  while (store.revision < wanted) {
    if (clock.now().getTime() >= deadline) {
      throw new ApiError({
        code: 504,
        reason: 'Timeout',
        message: `Timeout: Too large resource version: ${wanted}, current: ${store.revision}`,
        details: {
          causes: [
            {
              reason: 'ResourceVersionTooLarge',
              message: 'Too large resource version',
            },
          ],
          retryAfterSeconds: 1,
        },
      });
    }
    await new Promise<void>(resolve => {
      clock.setTimeout(resolve, POLL_MS);
    });
  }
}

export function parseRevision(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

export function invalidRevision(text: string): string {
  const shown = JSON.stringify(text);
  return `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`;
}

function listForm(form: Form): Form {
  return form.as === 'PartialObjectMetadata'
    ? { ...form, as: 'PartialObjectMetadataList' }
    : form;
}

async function send(request: ApiRequest, scope: Scope, page: Page, form: Form) {
  const { type } = scope;
  const metadata = JSON.stringify({
    // The empty token is written for custom resources, and omitted by Go's core types.
    ...(type.custom ? { continue: page.continueToken ?? '' } : {}),
    resourceVersion: String(page.revision),
    ...(page.continueToken && !type.custom
      ? { continue: page.continueToken }
      : {}),
    ...(page.remaining === undefined
      ? {}
      : { remainingItemCount: page.remaining }),
  });
  const apiVersion = apiVersionOf(type);
  if (form.as === 'Table') {
    const table = tableOf(
      type,
      page.items.map(({ object }) => object),
      request.context.clock,
      request.query.get('includeObject'),
    );
    sendJson(
      request,
      200,
      JSON.stringify({ ...table, metadata: JSON.parse(metadata) }),
      form,
    );
    return;
  }
  if (form.as) {
    const items = page.items.map(({ object }) => partialObject(object));
    const list = {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: JSON.parse(metadata),
      items,
    };
    sendJson(request, 200, JSON.stringify(list), form);
    return;
  }
  const head = `{"kind":"${type.kind}List","apiVersion":"${apiVersion}","metadata":${metadata},"items":[`;
  const parts = itemParts(scope, page.items, head);
  if (form.mediaType === 'application/yaml') {
    sendJson(request, 200, [...parts].join(''), form);
  } else await sendParts(request, parts);
}

/** In lists of core types the items do not say what they are. */
function* itemParts(scope: Scope, items: StoredObject[], head: string) {
  const { type } = scope;
  const title = `{"kind":"${type.kind}","apiVersion":"${apiVersionOf(type)}",`;
  yield head;
  let separator = '';
  for (const stored of items) {
    const json = scope.toJson(stored);
    yield separator;
    yield !type.custom && json.startsWith(title)
      ? `{${json.slice(title.length)}`
      : json;
    separator = ',';
  }
  yield ']}\n';
}
