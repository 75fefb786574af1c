import http from 'node:http';
import { Watch, type Body } from './Watch';

export { Watch, type Body, type WatchedEvent } from './Watch';

/** An answer with its body as text and, if it is JSON, parsed. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: Body;
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

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return { metadata: {}, items: [] };
  }
}
