import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer with its body as text and, if it is JSON, parsed. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: Body;
}

/** Enough of any answer's shape for tests to read it. */
export interface Body {
  kind?: string;
  reason?: string;
  message?: string;
  code?: number;
  metadata: {
    name?: string;
    uid?: string;
    resourceVersion?: string;
    continue?: string;
    remainingItemCount?: number;
    finalizers?: string[];
    deletionTimestamp?: string;
    [field: string]: unknown;
  };
  items: Body[];
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface WatchedEvent {
  type: string;
  object: Body;
}

/** Plain HTTP against an API server, for tests. */
export class ApiClient {
  readonly #url: string;
  readonly #token?: string;
  readonly #agent = new http.Agent({ keepAlive: false });

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  get(path: string, headers?: Record<string, string>) {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers?: Record<string, string>) {
    return this.send('POST', path, body, headers);
  }

  put(path: string, body: unknown) {
    return this.send('PUT', path, body);
  }

  patch(path: string, body: unknown, type = 'merge-patch+json') {
    return this.send('PATCH', path, body, {
      'content-type': `application/${type}`,
    });
  }

  delete(path: string, body?: unknown) {
    return this.send('DELETE', path, body);
  }

  /** Any request; strings are sent as they are, everything else as JSON. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text =
      body === undefined || typeof body === 'string'
        ? body
        : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = this.#request(method, path, {
        ...(text === undefined
          ? {}
          : {
              'content-type': 'application/json',
              'content-length': String(Buffer.byteLength(text)),
            }),
        ...headers,
      });
      request.on('error', reject);
      request.on('response', response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const received = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            body: parse(received),
          });
        });
      });
      request.end(text);
    });
  }

  /** Opens a watch; events are read from it one by one. */
  watch(path: string): Promise<Watch> {
    return new Promise((resolve, reject) => {
      const request = this.#request('GET', path, {});
      request.on('error', reject);
      request.on('response', response => resolve(new Watch(request, response)));
      request.end();
    });
  }

  #request(method: string, path: string, headers: Record<string, string>) {
    const { hostname, port } = new URL(this.#url);
    return http.request({
      hostname,
      port,
      path,
      method,
      agent: this.#agent,
      headers: {
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        ...headers,
      },
    });
  }
}

export class Watch {
  readonly status: number;
  readonly #request: http.ClientRequest;
  readonly #lines: AsyncGenerator<string>;

  constructor(request: http.ClientRequest, response: http.IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.#request = request;
    this.#lines = readLines(response);
  }

  /** The next event, or `undefined` when the server has ended the watch. */
  async next(): Promise<WatchedEvent | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  /** Everything until the server ends the watch. */
  async rest(): Promise<WatchedEvent[]> {
    const events: WatchedEvent[] = [];
    for await (const line of this.#lines) events.push(JSON.parse(line));
    return events;
  }

  close() {
    this.#request.destroy();
  }
}

async function* readLines(response: http.IncomingMessage) {
  let rest = '';
  for await (const chunk of response) {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest) yield rest;
}

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return { metadata: {}, items: [] };
  }
}

/** A port that nothing listens on. */
export async function unusedPort(): Promise<number> {
  const server = http.createServer();
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => {
    server.close(resolve);
  });
  return port;
}
