import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export type Answer = (
  request: RecordedRequest,
  response: ServerResponse,
) => void;

const fixture = (name: string) =>
  readFileSync(resolve(__dirname, '../__fixtures__', name), 'utf8');

export const LOOPBACK_CA = fixture('loopback-ca.pem');

/** An HTTP server on loopback that answers as the test says, and remembers what it was asked. */
export class ScriptedApi {
  readonly requests: RecordedRequest[] = [];
  readonly url: string;
  readonly #server: http.Server;
  #answer: Answer;

  private constructor(server: http.Server, scheme: string, answer: Answer) {
    this.#server = server;
    this.#answer = answer;
    this.url = `${scheme}://127.0.0.1:${
      (server.address() as AddressInfo).port
    }`;
  }

  static async start(
    answer: Answer,
    options: { tls?: boolean } = {},
  ): Promise<ScriptedApi> {
    const server = options.tls
      ? https.createServer({
          cert: fixture('loopback-cert.pem'),
          key: fixture('loopback-key.pem'),
        })
      : http.createServer();
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const api = new ScriptedApi(server, options.tls ? 'https' : 'http', answer);
    server.on('request', (request, response) => api.handle(request, response));
    return api;
  }

  answerWith(answer: Answer) {
    this.#answer = answer;
  }

  async handle(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', this.url);
    const recorded = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.requests.push(recorded);
    this.#answer(recorded, response);
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise(done => this.#server.close(done));
  }
}

export function json(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string | string[]> = {},
) {
  response.writeHead(code, {
    'content-type': 'application/json',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/** A `Status` as Kubernetes 1.36 answers it. */
export function status(code: number, reason: string, message: string) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  };
}
