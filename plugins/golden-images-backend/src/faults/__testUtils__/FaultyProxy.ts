import http, {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What can go wrong between a client and an API server. */
export const NETWORK_FAULTS = [
  'socket-drop',
  'drop-mid-stream',
  'stall',
  'truncated-json',
  'gone-in-stream',
  'too-many-requests',
  'too-many-requests-retry-after',
  'server-error',
  'slow-list',
  'expired-continue-token',
] as const;

export type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** A server may give fewer objects at a time than it is asked for: so lists have many pages. */
const PAGE_SIZE = 4;
const SLOW_MS = 120;

const isWatch = (url: string) => url.includes('watch=true');

const status = (code: number, reason: string, metadata = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata,
  status: 'Failure',
  message: `injected: ${reason}`,
  reason,
  code,
});

/** Faults that break into a watch. */
const IN_STREAM: readonly NetworkFault[] = [
  'drop-mid-stream',
  'gone-in-stream',
];

/** Passes requests on to an API server, and answers some of them wrongly. */
export class FaultyProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new http.Agent({ keepAlive: true });
  /** Faults that wait for a request that they fit. */
  readonly #armed: NetworkFault[] = [];
  readonly #open = new Map<ServerResponse, string>();
  readonly #stalled = new Set<ServerResponse>();
  readonly #happened = new Map<NetworkFault, number>();

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) =>
      this.#handle(request, response),
    );
  }

  static async start(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    await new Promise<void>(resolve =>
      proxy.#server.listen(0, '127.0.0.1', resolve),
    );
    return proxy;
  }

  get url() {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** How often each fault has hit somebody. */
  get happened(): ReadonlyMap<NetworkFault, number> {
    return this.#happened;
  }

  /** Now, where something is open that it fits; else with the next request that it fits. */
  inject(fault: NetworkFault, chance: () => number) {
    const watches = [...this.#open].filter(
      ([response, url]) => isWatch(url) && response.headersSent,
    );
    const victim = watches[Math.floor(chance() * watches.length)]?.[0];
    if (fault === 'socket-drop' && this.#open.size > 0) {
      this.#note(fault);
      for (const response of this.#open.keys()) response.destroy();
    } else if (victim && IN_STREAM.includes(fault)) {
      this.#breakInto(victim, fault);
    } else {
      if (victim && fault === 'stall') this.#stall(victim);
      this.#armed.push(fault);
    }
  }

  /** From now on everything is passed on as it is. */
  heal() {
    this.#armed.length = 0;
    for (const response of this.#stalled) response.destroy();
    this.#stalled.clear();
  }

  async close() {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #handle(request: IncomingMessage, response: ServerResponse) {
    const url = request.url ?? '';
    const fault = this.#take(request.method === 'GET' ? url : undefined);
    const refuse = (
      code: number,
      reason: string,
      headers = {},
      metadata = {},
    ) => {
      response.writeHead(code, {
        'content-type': 'application/json',
        ...headers,
      });
      response.end(JSON.stringify(status(code, reason, metadata)));
    };
    this.#open.set(response, url);
    response.on('close', () => this.#open.delete(response));
    switch (fault) {
      case 'socket-drop':
        this.#note(fault);
        response.destroy();
        return;
      case 'stall':
        this.#stall(response);
        return;
      case 'drop-mid-stream':
      case 'gone-in-stream':
        response.writeHead(200, { 'content-type': 'application/json' });
        this.#breakInto(response, fault);
        return;
      case 'too-many-requests':
        this.#note(fault);
        refuse(429, 'TooManyRequests');
        return;
      case 'too-many-requests-retry-after':
        this.#note(fault);
        refuse(429, 'TooManyRequests', { 'retry-after': '3' });
        return;
      case 'server-error':
        this.#note(fault);
        refuse(500, 'InternalError');
        return;
      case 'expired-continue-token':
        this.#note(fault);
        // A list that begins anew from here would be of two moments (Kubernetes 1.36).
        refuse(410, 'Expired', {}, { continue: 'inconsistent' });
        return;
      default:
        this.#pass(request, response, fault);
    }
  }

  #note(fault: NetworkFault) {
    this.#happened.set(fault, (this.#happened.get(fault) ?? 0) + 1);
  }

  #stall(response: ServerResponse) {
    this.#note('stall');
    this.#stalled.add(response);
  }

  #breakInto(watch: ServerResponse, fault: NetworkFault) {
    this.#note(fault);
    if (fault === 'drop-mid-stream') {
      watch.write('{"type":"MODIFIED","obj', () => watch.destroy());
    } else {
      const object = status(410, 'Expired');
      watch.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
    }
  }

  /** The first armed fault that fits this request; writes are left alone. */
  #take(url?: string): NetworkFault | undefined {
    if (url === undefined) return undefined;
    const fits = (fault: NetworkFault) => {
      if (fault === 'expired-continue-token') return url.includes('continue=');
      if (fault === 'slow-list' || fault === 'truncated-json') {
        return !isWatch(url);
      }
      if (IN_STREAM.includes(fault)) return isWatch(url);
      return true;
    };
    const index = this.#armed.findIndex(fits);
    return index < 0 ? undefined : this.#armed.splice(index, 1)[0];
  }

  #pass(
    request: IncomingMessage,
    response: ServerResponse,
    fault?: NetworkFault,
  ) {
    const { host: _, ...headers } = request.headers;
    const asked = request.url ?? '/';
    const onwards = http.request(
      new URL(asked.replace(/limit=500\b/, `limit=${PAGE_SIZE}`), this.#target),
      { method: request.method, headers, agent: this.#agent },
      answer => {
        // A fault came first.
        if (response.headersSent || response.destroyed) {
          answer.destroy();
          return;
        }
        if (fault === 'truncated-json') {
          this.#note(fault);
          this.#cut(answer, response);
          return;
        }
        if (fault === 'slow-list') this.#note(fault);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.on('data', chunk => {
          // A server that stalls does not close either.
          if (this.#stalled.has(response)) return;
          if (fault === 'slow-list')
            setTimeout(() => response.write(chunk), SLOW_MS);
          else response.write(chunk);
        });
        answer.on('end', () => {
          if (this.#stalled.has(response)) return;
          if (fault === 'slow-list') setTimeout(() => response.end(), SLOW_MS);
          else response.end();
        });
        answer.on('error', () => response.destroy());
      },
    );
    onwards.on('error', () => response.destroy());
    response.on('close', () => onwards.destroy());
    request.pipe(onwards);
  }

  /** A whole answer as far as HTTP can tell, with half of the JSON. */
  #cut(answer: IncomingMessage, response: ServerResponse) {
    const parts: Buffer[] = [];
    answer.on('data', part => parts.push(part));
    answer.on('end', () => {
      const body = Buffer.concat(parts);
      response.writeHead(answer.statusCode ?? 502, {
        'content-type': 'application/json',
      });
      response.end(body.subarray(0, Math.floor(body.length / 2)));
    });
    answer.on('error', () => response.destroy());
  }
}
