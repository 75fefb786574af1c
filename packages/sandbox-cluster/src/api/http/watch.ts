import { toEventV1 } from '../eventsV1';
import { apiVersionOf, type ResourceDefinition } from '../resources';
import { ApiError, expired } from '../statusErrors';
import type { StoredObject } from '../store';
import type { StoreEvent } from '../watchCache';
import type { KubeObject } from '../types';
import type { ApiRequest } from './ApiContext';
import { invalidRevision, parseRevision } from './list';
import { negotiate, type Form } from './negotiate';
import { isTrue, readListQuery } from './options';
import { scopeOf, type Scope } from './scope';
import { partialObject, tableOf } from './tables';

const BOOKMARK_INTERVAL_MS = 60_000;
/** A last bookmark comes this long before the end, when the watch lasts that long at all. */
const BOOKMARK_BEFORE_END_MS = 2_000;
const DEFAULT_TIMEOUT_MS = 45 * 60_000;
/** A client that does not read is cut off, as kube-apiserver does. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

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

class WatchStream {
  readonly #request: ApiRequest;
  readonly #scope: Scope;
  readonly #form: Form;
  /** The usual lines are written once for all watchers. */
  readonly #isPlain: boolean;

  constructor(request: ApiRequest, scope: Scope, form: Form) {
    this.#request = request;
    this.#scope = scope;
    this.#form = form;
    this.#isPlain = form.as === undefined && !scope.type.viewOf;
    const { response } = request;
    response.writeHead(200, {
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
  }

  follow(options: {
    fromRevision: number;
    timeoutMs: number;
    bookmarks: boolean;
  }) {
    const { context, response } = this.#request;
    const { clock } = context;
    const timers: unknown[] = [];
    const unsubscribe = this.#scope.collection.log.subscribe(event => {
      // Nothing is sent of a time before the revision that was asked for, even one yet to come.
      if (event.revision > options.fromRevision) this.event(event);
    });
    const stop = () => {
      unsubscribe();
      timers.forEach(timer => clock.clearTimeout(timer));
      context.closing.removeEventListener('abort', end);
    };
    const end = () => {
      stop();
      response.end();
    };
    timers.push(clock.setTimeout(end, options.timeoutMs));
    if (options.bookmarks) {
      const last = options.timeoutMs - BOOKMARK_BEFORE_END_MS;
      for (
        let at = BOOKMARK_INTERVAL_MS;
        at < last;
        at += BOOKMARK_INTERVAL_MS
      ) {
        timers.push(clock.setTimeout(() => this.bookmark({}), at));
      }
      if (last > 0)
        timers.push(clock.setTimeout(() => this.bookmark({}), last));
    }
    context.closing.addEventListener('abort', end, { once: true });
    response.once('close', stop);
  }

  /** A change, as it looks to a watcher who sees only what matches. */
  event(event: StoreEvent) {
    const { type, stored, previous } = event;
    const matches = type !== 'DELETED' && this.#scope.matches(stored);
    const matched = previous !== undefined && this.#scope.matches(previous);
    if (matches) this.object(matched ? 'MODIFIED' : 'ADDED', stored);
    else if (matched) this.object('DELETED', lastState(event, previous));
  }

  object(type: string, stored: StoredObject) {
    if (this.#isPlain) {
      this.#write(`{"type":"${type}","object":${stored.json}}\n`);
      return;
    }
    this.#write(
      `${JSON.stringify({ type, object: this.#shown(stored.object) })}\n`,
    );
  }

  bookmark({ endsInitialEvents }: { endsInitialEvents?: boolean }) {
    const { type } = this.#scope;
    const object = {
      kind: type.kind,
      apiVersion: apiVersionOf(type),
      metadata: {
        resourceVersion: String(this.#request.context.store.revision),
        creationTimestamp: null,
        ...(endsInitialEvents
          ? { annotations: { 'k8s.io/initial-events-end': 'true' } }
          : {}),
      },
    };
    this.#write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** A failure after the stream has begun is an event; the status stays 200. */
  error(error: ApiError) {
    this.#write(
      `${JSON.stringify({ type: 'ERROR', object: error.toStatus() })}\n`,
    );
    this.#request.response.end();
  }

  #shown(object: KubeObject): unknown {
    const { as } = this.#form;
    if (as === 'Table') {
      const { context, query } = this.#request;
      return {
        ...tableOf(
          this.#scope.type,
          [object],
          context.clock,
          query.get('includeObject'),
        ),
        metadata: { resourceVersion: object.metadata.resourceVersion },
      };
    }
    if (as) return partialObject(object);
    return this.#scope.type.viewOf ? toEventV1(object) : object;
  }

  #write(line: string) {
    const { response } = this.#request;
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
    else response.write(line);
  }
}

/** What a watcher is told of an object that he no longer sees: how it was, at the revision of the change. */
function lastState(event: StoreEvent, previous: StoredObject): StoredObject {
  if (event.type === 'DELETED') return event.stored;
  return previous.withRevision(event.revision);
}
