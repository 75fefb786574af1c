import { KubernetesApiError, RESOURCES, TOO_LARGE } from '../kubernetes';
import type {
  ClusterWatcher,
  KubernetesObject,
  ListScope,
  ResourceType,
  WatchEvent,
} from '../kubernetes';
import type { Timing } from './Timing';
import { FirstList } from './FirstList';
import { backoffMs } from './backoff';

/** One list and watch: a resource, in all namespaces or in one. */
export interface Feed {
  /** Unique within the cluster. */
  id: string;
  type: ResourceType;
  scope: ListScope;
  /** What it tells of has happened, and stays true where no more can be heard. */
  tellsOfPast?: boolean;
}

/** Where a reflector puts what it hears. It waits for the sink before it reads on. */
export interface FeedSink {
  /** A new list starts: what is not in it is gone when it ends. */
  listStarted(feed: Feed): Promise<void>;
  listed(feed: Feed, objects: KubernetesObject[]): Promise<void>;
  listEnded(feed: Feed): Promise<void>;
  changed(
    feed: Feed,
    type: 'ADDED' | 'MODIFIED' | 'DELETED',
    object: KubernetesObject,
  ): Promise<void>;
}

export interface FeedState {
  /**
   * `listing`: no complete list yet; `watching`: the world is known and
   * followed; `failing`: the last attempt to reach the cluster failed;
   * `refused`: the resource does not exist or we may not read it; `missing`:
   * no list ever came, and the others go on without it.
   */
  phase: 'listing' | 'watching' | 'failing' | 'refused' | 'missing';
  /** A complete list was read, and what it had is kept: what is not there is gone. */
  hasListed?: boolean;
  error?: KubernetesApiError;
  /** The last moment at which the server was heard on this feed. */
  heardAtMs?: number;
}

const PAGE_SIZE = 500;
const PAGE_SHRINKS_BY = 8;
const WATCH_SECONDS = 300;
/** The API server sends a bookmark about every minute (Kubernetes 1.36). */
const IDLE_TIMEOUT_MS = 90_000;
const REFUSED_RETRY_MS = 60_000;
const REFUSALS_BEFORE_BELIEVED = 3;
const SHORT_WATCH_MS = 1_000;
const LIST_ATTEMPTS = 3;

export interface ReflectorOptions {
  watcher: ClusterWatcher;
  feed: Feed;
  sink: FeedSink;
  timing: Timing;
  onState: (state: FeedState) => void;
  /** From where it goes on; absent: `listing`. */
  state?: FeedState;
  /**
   * Whether all that others cannot do without has listed: then they go on
   * without this feed when its first list fails. Absent: they wait for it.
   */
  othersListed?: () => boolean;
  /** A list is read anew, after one that was complete or outlived the server's memory. */
  onRelist?: () => void;
  idleTimeoutMs?: number;
}

/**
 * Follows one feed for as long as it is not stopped: a paged list, then
 * watches that go on where the last one ended. It lists anew when the server
 * has forgotten that point (410), and waits longer after each failure.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #firstList?: FirstList;
  #state: FeedState;
  #resourceVersion?: string;
  #hasListed = false;
  #pageSize = PAGE_SIZE;
  #failures = 0;
  /** After an outage the server may have gone back in time: see `#verify`. */
  #mustVerify = false;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#state = options.state ?? { phase: 'listing' };
    const { othersListed, timing } = options;
    if (othersListed) {
      this.#firstList = new FirstList({
        timing,
        othersListed,
        goOnWithout: error => this.#goOnWithout(error),
      });
    }
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Resolves when the signal is aborted; rejects only when the sink does. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#round(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KubernetesApiError)) throw error;
        try {
          await this.#recover(error, signal);
        } catch (interrupted) {
          if (signal.aborted) return;
          throw interrupted;
        }
      }
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (this.#resourceVersion === undefined) {
      this.#resourceVersion = await this.#list(signal);
    } else if (this.#mustVerify) {
      await this.#verify(this.#resourceVersion, signal);
    }
    this.#mustVerify = false;
    await this.#watch(this.#resourceVersion, signal);
  }

  async #list(signal: AbortSignal): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      if (this.#hasListed || attempt > 1) this.#options.onRelist?.();
      try {
        return await this.#listOnce(signal);
      } catch (error) {
        if (isTooLarge(error) && this.#pageSize > 1) {
          // Anybody may make objects so large that 500 of them are too much.
          this.#pageSize = Math.ceil(this.#pageSize / PAGE_SHRINKS_BY);
          continue;
        }
        // The list outlived the server's memory between two pages.
        if (!isGone(error) || attempt >= LIST_ATTEMPTS) throw error;
      }
    }
  }

  /** While one page is taken in, the next is on its way. */
  async #listOnce(signal: AbortSignal): Promise<string> {
    const { watcher, feed, sink } = this.#options;
    await sink.listStarted(feed);
    const read = (continueToken?: string) => {
      const page = watcher.listPage(feed.type, feed.scope, {
        limit: this.#pageSize,
        continueToken,
        signal,
      });
      // Its failure is heard when its turn comes.
      page.then(
        () => this.#firstList?.heard(),
        () => undefined,
      );
      return page;
    };
    let page = await read();
    while (page.continueToken) {
      const next = read(page.continueToken);
      await sink.listed(feed, page.items);
      page = await next;
    }
    await sink.listed(feed, page.items);
    await sink.listEnded(feed);
    this.#hasListed = true;
    this.#firstList?.listed();
    this.#heard('watching');
    return page.resourceVersion;
  }

  /**
   * A watch from a resourceVersion that the server has not reached stays
   * silent for ever (recorded with Kubernetes 1.36): so after an outage, in
   * which the server may have been restored from a backup, it is asked first.
   */
  async #verify(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { watcher, feed } = this.#options;
    await watcher.listPage(feed.type, feed.scope, {
      limit: 1,
      notOlderThan: resourceVersion,
      signal,
    });
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { watcher, feed, sink, timing } = this.#options;
    const startedAtMs = timing.elapsedMs();
    let heardSomething = false;
    const events = watcher.watch(feed.type, feed.scope, {
      resourceVersion,
      timeoutSeconds: Math.round(WATCH_SECONDS * (1 + timing.random())),
      idleTimeoutMs: this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      signal,
      onOpen: () => this.#heard('watching'),
    });
    for await (const event of events) {
      await this.#pass(sink, feed, event);
      heardSomething = true;
      this.#failures = 0;
      this.#heard('watching');
    }
    if (heardSomething || timing.elapsedMs() - startedAtMs >= SHORT_WATCH_MS) {
      this.#failures = 0;
    } else if (!signal.aborted) {
      throw new KubernetesApiError({
        status: 0,
        message: 'The watch ended as soon as it had begun',
      });
    }
  }

  async #pass(sink: FeedSink, feed: Feed, event: WatchEvent): Promise<void> {
    if (event.type === 'BOOKMARK') {
      this.#resourceVersion = event.resourceVersion || this.#resourceVersion;
      return;
    }
    await sink.changed(feed, event.type, event.object);
    this.#resourceVersion =
      event.object.metadata.resourceVersion ?? this.#resourceVersion;
  }

  async #recover(error: KubernetesApiError, signal: AbortSignal) {
    const { timing } = this.#options;
    this.#failures += 1;
    if (isGone(error) || isFuture(error)) {
      this.#resourceVersion = undefined;
      // Once at once; a server that forgets what it has just said is broken.
      if (this.#failures === 1) return;
    } else if (
      this.#isRefused(error) &&
      (await this.#isServersWord(error, signal))
    ) {
      await this.#refused(error, signal);
      return;
    } else {
      this.#mustVerify = true;
      // A refused token or version: only a new list helps.
      if (error.status === 400) this.#resourceVersion = undefined;
    }
    if (this.#state.phase === 'missing') {
      await this.#goOnWithout(error);
    } else if (this.#failures > 1 || this.#state.phase !== 'watching') {
      // That a watch breaks off is ordinary; it counts when the next attempt fails too.
      this.#setState({ phase: 'failing', error });
    }
    const ms = backoffMs({
      failures: this.#failures,
      retryAfterSeconds: error.retryAfterSeconds,
      random: timing.random(),
    });
    if (this.#firstList) await this.#firstList.pause(ms, error, signal);
    else await timing.delay(ms, signal);
  }

  /** Of an earlier tracker, or of a list that broke off, nothing is shown as if it were followed. */
  async #goOnWithout(error: KubernetesApiError) {
    const { sink, feed } = this.#options;
    if (!feed.tellsOfPast) await dropList(sink, feed);
    this.#setState({ phase: 'missing', error, hasListed: false });
  }

  /** A right that is taken away may come back at once, when roles are applied anew. */
  #isRefused({ status }: KubernetesApiError): boolean {
    const known = this.#resourceVersion !== undefined;
    return (
      status === 404 ||
      (status === 403 && (!known || this.#failures > REFUSALS_BEFORE_BELIEVED))
    );
  }

  /**
   * A proxy says 404 too, of everything, while the server behind it is away.
   * Every API server has claims, so what has none is not one.
   */
  async #isServersWord({ status }: KubernetesApiError, signal: AbortSignal) {
    if (status !== 404) return true;
    const { watcher, feed } = this.#options;
    const { namespace } = feed.scope;
    try {
      await watcher.listPage(
        RESOURCES.claims,
        { namespace },
        { limit: 1, signal },
      );
      return true;
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      return error.status === 403;
    }
  }

  /** What cannot be read is not shown as if it could. */
  async #refused(error: KubernetesApiError, signal: AbortSignal) {
    const { timing, sink, feed } = this.#options;
    this.#resourceVersion = undefined;
    if (this.#state.phase !== 'refused') {
      if (this.#state.phase === 'watching') {
        // What is dropped now is not gone from the cluster.
        this.#setState({ phase: 'failing', error, hasListed: false });
      }
      await dropList(sink, feed);
      this.#setState({ phase: 'refused', error, hasListed: false });
    }
    await timing.delay(REFUSED_RETRY_MS * (1 + timing.random() / 4), signal);
  }

  #heard(phase: FeedState['phase']) {
    this.#setState({
      phase,
      heardAtMs: this.#options.timing.nowMs(),
      hasListed: true,
    });
  }

  #setState(state: FeedState) {
    const { heardAtMs, hasListed } = this.#state;
    this.#state = { heardAtMs, hasListed, ...state };
    this.#options.onState(this.#state);
  }
}

/** Whatever is kept of this list is gone: as if it were empty. */
export async function dropList(sink: FeedSink, feed: Feed): Promise<void> {
  await sink.listStarted(feed);
  await sink.listEnded(feed);
}

function isGone(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 410;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.reason === TOO_LARGE;
}

/** "Too large resource version": 504 with this cause (recorded with Kubernetes 1.36). */
function isFuture(error: KubernetesApiError): boolean {
  return error.causes.some(cause => cause.reason === 'ResourceVersionTooLarge');
}
