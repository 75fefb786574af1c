import { toEventV1 } from '../eventsV1';
import { apiVersionOf } from '../resources';
import type { ApiError } from '../statusErrors';
import type { StoredObject } from '../store';
import type { StoreEvent } from '../watchCache';
import type { KubeObject } from '../types';
import type { ApiRequest } from './ApiContext';
import type { Form } from './negotiate';
import type { Scope } from './scope';
import { partialObject, tableOf } from './tables';

const BOOKMARK_INTERVAL_MS = 60_000;
/** A last bookmark comes this long before the end, when the watch lasts that long at all. */
const BOOKMARK_BEFORE_END_MS = 2_000;
/** A client that does not read is cut off, as kube-apiserver does. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/** The lines of one watch. */
export class WatchStream {
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
    const end = () => response.end();
    response.once('close', () => {
      unsubscribe();
      timers.forEach(timer => clock.clearTimeout(timer));
      context.closing.removeEventListener('abort', end);
    });
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
    if (response.writableEnded) return;
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
    else response.write(line);
  }
}

/** What a watcher is told of an object that he no longer sees: how it was, at the revision of the change. */
function lastState(event: StoreEvent, previous: StoredObject): StoredObject {
  if (event.type === 'DELETED') return event.stored;
  return previous.withRevision(event.revision);
}
