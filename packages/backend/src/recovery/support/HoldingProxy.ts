import http, {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verdict } from './moments';

export interface PassedRequest {
  method: string;
  url: string;
  /** JSON; `undefined` where there is none. */
  body: ReturnType<typeof JSON.parse>;
}

/** Where an exchange may stand still. */
export interface Stops {
  before: () => Promise<Verdict>;
  after: (body: ReturnType<typeof JSON.parse>) => Promise<Verdict>;
}

/** Passes requests on as they are; those with stops only as far as these allow. */
export class HoldingProxy {
  readonly #target: URL;
  readonly #stopsOf: (request: PassedRequest) => Stops | undefined;
  readonly #server: Server;

  private constructor(
    target: string,
    stopsOf: (request: PassedRequest) => Stops | undefined,
  ) {
    this.#target = new URL(target);
    this.#stopsOf = stopsOf;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  static async start(
    target: string,
    stopsOf: (request: PassedRequest) => Stops | undefined,
  ): Promise<HoldingProxy> {
    const proxy = new HoldingProxy(target, stopsOf);
    await new Promise<void>(resolve => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url() {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise(resolve => {
      this.#server.close(resolve);
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/' } = request;
    const body = await readAll(request);
    const stops =
      (method === 'POST' && body.length > 0) || method === 'DELETE'
        ? this.#stopsOf({
            method,
            url,
            body: body.length > 0 ? JSON.parse(body.toString()) : undefined,
          })
        : undefined;
    if ((await stops?.before()) === 'drop') {
      response.destroy();
      return;
    }
    const answer = await this.#send(request, body, response);
    const { statusCode = 502, headers } = answer;
    if (!stops) {
      response.writeHead(statusCode, headers);
      response.flushHeaders();
      answer.on('error', () => response.destroy());
      answer.pipe(response);
      return;
    }
    const content = await readAll(answer);
    const seen = statusCode < 300 ? JSON.parse(content.toString()) : undefined;
    if (seen !== undefined && (await stops.after(seen)) === 'drop') {
      response.destroy();
      return;
    }
    response.writeHead(statusCode, headers);
    response.end(content);
  }

  #send(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<IncomingMessage> {
    // Answers are read on their way.
    const { host: _, 'accept-encoding': __, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const onwards = http.request(
        new URL(request.url ?? '/', this.#target),
        { method: request.method, headers, agent: false },
        resolve,
      );
      onwards.on('error', reject);
      // A watch would stay for ever.
      response.on('close', () => onwards.destroy());
      onwards.end(body);
    });
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
