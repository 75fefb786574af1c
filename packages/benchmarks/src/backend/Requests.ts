import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

interface Interval {
  fromMs: number;
  toMs: number;
}

/** What the process asks of others and what it is asked, as Node itself tells of it. */
export class Requests {
  readonly #clusterPort: number;
  readonly #outgoing: Interval[] = [];
  readonly #served: Interval[] = [];
  /** Milliseconds since the epoch. */
  firstClusterRequestMs?: number;
  clusterRequests = 0;

  constructor(options: { clusterPort: number }) {
    this.#clusterPort = options.clusterPort;
    this.#followNodeHttp();
    this.#followFetch();
    this.#followServer();
  }

  /**
   * Of the requests that were served since the last call: how long each took
   * without the time in which it waited for other requests. Only meaningful when
   * they came one after the other.
   */
  takeOwnMs(path: string): number[] {
    const outgoing = this.#outgoing.splice(0);
    const served = this.#served.splice(0);
    return served
      .filter(each => (each as Interval & { path: string }).path === path)
      .map(each => {
        const inside = outgoing.filter(
          other => other.fromMs >= each.fromMs && other.toMs <= each.toMs,
        );
        return each.toMs - each.fromMs - covered(inside);
      });
  }

  #followNodeHttp() {
    const begun = new WeakMap<ClientRequest, number>();
    subscribe('http.client.request.start', message => {
      const { request } = message as { request: ClientRequest };
      begun.set(request, performance.now());
      if (portOf(request.getHeader('host')) === this.#clusterPort) {
        this.#noteClusterRequest();
      }
    });
    subscribe('http.client.response.finish', message => {
      const { request } = message as { request: ClientRequest };
      this.#note(begun.get(request));
    });
  }

  #followFetch() {
    const begun = new WeakMap<object, number>();
    subscribe('undici:request:create', message => {
      const { request } = message as { request: { origin?: string } };
      begun.set(request, performance.now());
      if (Number(new URL(String(request.origin)).port) === this.#clusterPort) {
        this.#noteClusterRequest();
      }
    });
    subscribe('undici:request:trailers', message => {
      this.#note(begun.get((message as { request: object }).request));
    });
  }

  #followServer() {
    const begun = new WeakMap<IncomingMessage, number>();
    subscribe('http.server.request.start', message => {
      const { request } = message as { request: IncomingMessage };
      begun.set(request, performance.now());
    });
    subscribe('http.server.response.finish', message => {
      const { request } = message as { request: IncomingMessage };
      const fromMs = begun.get(request);
      if (fromMs === undefined) return;
      const path = (request as { originalUrl?: string }).originalUrl ?? '';
      const interval = {
        fromMs,
        toMs: performance.now(),
        path: path.split('?')[0],
      };
      this.#served.push(interval);
    });
  }

  #note(fromMs?: number) {
    if (fromMs === undefined) return;
    this.#outgoing.push({ fromMs, toMs: performance.now() });
  }

  #noteClusterRequest() {
    this.clusterRequests += 1;
    this.firstClusterRequestMs ??= performance.timeOrigin + performance.now();
  }
}

function portOf(host: unknown): number {
  return Number(String(host).split(':').at(-1));
}

/** Length of the union of intervals. */
function covered(intervals: Interval[]): number {
  let totalMs = 0;
  let endMs = -Infinity;
  for (const { fromMs, toMs } of intervals.sort(
    (a, b) => a.fromMs - b.fromMs,
  )) {
    totalMs += Math.max(0, toMs - Math.max(fromMs, endMs));
    endMs = Math.max(endMs, toMs);
  }
  return totalMs;
}
