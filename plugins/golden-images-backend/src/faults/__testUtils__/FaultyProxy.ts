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

const isWatch = (url: string) => url.includes('watch=true');

const status = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `injected: ${reason}`,
  reason,
  code,
});

/** Passes requests on to an API server, and answers some of them wrongly. */
export class FaultyProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new http.Agent({ keepAlive: true });
  /** Faults that wait for a request that they fit. */
  readonly #armed: NetworkFault[] = [];
  readonly #open = new Map<ServerResponse, string>();
  readonly #stalled = new Set<ServerResponse>();

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

  /** Now, where something is open that it fits; else with the next request. */
  inject(fault: NetworkFault, chance: () => number) {
    const watches = [...this.#open].filter(([, url]) => isWatch(url));
    const victim = watches[Math.floor(chance() * watches.length)]?.[0];
    switch (fault) {
      case 'drop-mid-stream':
        victim?.write('{"type":"MODIFIED","obj');
        victim?.destroy();
        return;
      case 'socket-drop':
        for (const response of this.#open.keys()) response.destroy();
        return;
      case 'gone-in-stream':
        victim?.end(
          `${JSON.stringify({
            type: 'ERROR',
            object: status(410, 'Expired'),
          })}\n`,
        );
        return;
      case 'stall':
        if (victim) this.#stalled.add(victim);
        this.#armed.push(fault);
        return;
      default:
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
    const refuse = (code: number, reason: string, headers = {}) => {
      response.writeHead(code, {
        'content-type': 'application/json',
        ...headers,
      });
      response.end(JSON.stringify(status(code, reason)));
    };
    this.#open.set(response, url);
    response.on('close', () => this.#open.delete(response));
    switch (fault) {
      case 'stall':
        this.#stalled.add(response);
        return;
      case 'too-many-requests':
        refuse(429, 'TooManyRequests');
        return;
      case 'too-many-requests-retry-after':
        refuse(429, 'TooManyRequests', { 'retry-after': '3' });
        return;
      case 'server-error':
        refuse(500, 'InternalError');
        return;
      case 'expired-continue-token':
        refuse(410, 'Expired');
        return;
      default:
        this.#pass(request, response, fault);
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
    const onwards = http.request(
      new URL(request.url ?? '/', this.#target),
      { method: request.method, headers, agent: this.#agent },
      answer => {
        // A fault came first.
        if (response.headersSent || response.destroyed) {
          answer.destroy();
          return;
        }
        if (fault === 'truncated-json') {
          this.#cut(answer, response);
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.on('data', chunk => {
          // A server that stalls does not close either.
          if (this.#stalled.has(response)) return;
          if (fault === 'slow-list')
            setTimeout(() => response.write(chunk), 20);
          else response.write(chunk);
        });
        answer.on('end', () => {
          if (this.#stalled.has(response)) return;
          if (fault === 'slow-list') setTimeout(() => response.end(), 40);
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
