import type { ResourceDefinition } from '../resources';
import { ApiError, expired } from '../statusErrors';
import type { ApiRequest } from './ApiContext';
import { invalidRevision, parseRevision } from './list';
import { negotiate } from './negotiate';
import { isTrue, readListQuery } from './options';
import { scopeOf } from './scope';
import { WatchStream } from './WatchStream';

const DEFAULT_TIMEOUT_MS = 45 * 60_000;

/** Answers a watch: what was missed, then every change as it comes, until the time-out. */
export function handleWatch(
  request: ApiRequest,
  type: ResourceDefinition,
  place: { namespace?: string; name?: string },
) {
  const { context, query } = request;
  const options = readListQuery(query);
  const form = negotiate(request.request.headers.accept, type);
  const scope = scopeOf(context, type, options, place);
  const version = options.resourceVersion ?? '';
  const from = version === '' ? 0 : parseRevision(version);
  if (from === undefined) {
    throw new ApiError({ code: 500, message: invalidRevision(version) });
  }
  const initial = query.get('sendInitialEvents');
  const sendsInitial = initial === null ? from === 0 : isTrue(initial);
  const stream = new WatchStream(request, scope, form);
  const missed = sendsInitial ? [] : scope.collection.log.since(from);
  if (!missed) {
    const { oldest } = scope.collection.log;
    stream.error(expired(`too old resource version: ${from} (${oldest})`));
    return;
  }
  if (sendsInitial) {
    for (const stored of scope.collection.list(scope.namespace)) {
      if (scope.matches(stored)) stream.object('ADDED', stored);
    }
    if (initial !== null) stream.bookmark({ endsInitialEvents: true });
  }
  for (const event of missed) stream.event(event);
  stream.follow({
    fromRevision: from,
    timeoutMs: timeoutOf(query.get('timeoutSeconds')),
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
  });
}

function timeoutOf(seconds: string | null): number {
  const value = Number(seconds);
  return seconds && Number.isFinite(value) && value > 0
    ? value * 1000
    : DEFAULT_TIMEOUT_MS;
}
