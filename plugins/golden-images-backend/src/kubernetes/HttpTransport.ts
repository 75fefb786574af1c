import { createHash } from 'node:crypto';
import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeConfigSource } from './KubeConfigSource';
import { KubernetesApiError, TOO_LARGE } from './KubernetesApiError';
import { RequestCredentials } from './RequestCredentials';
import { StaleConnection } from './StaleConnection';
import { unreachable } from './apiErrors';

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with query, without the prefix of the server's address. */
  path: string;
  body?: string;
  contentType?: string;
  /** Changes nothing, although it is no GET: a question that is posted. */
  onlyAsks?: boolean;
  signal?: AbortSignal;
}

export interface TransportResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TransportOptions {
  connectTimeoutMs?: number;
  /** A credential plugin may have to ask somebody else. */
  credentialsTimeoutMs?: number;
  /** CDI's and other webhooks may take 30 s each before the API server answers. */
  responseTimeoutMs?: number;
  maxBodyBytes?: number;
}

interface Agents {
  signature: string;
  reads: http.Agent;
  writes: http.Agent;
}

/** HTTP to one API server, with the credentials of its kubeconfig, time-outs and bounded bodies. */
export class HttpTransport {
  readonly #credentials: KubeConfigSource;
  readonly #options: RequestCredentials;
  readonly #connectTimeoutMs: number;
  readonly #responseTimeoutMs: number;
  readonly #maxBodyBytes: number;
  #agents?: Agents;

  constructor(credentials: KubeConfigSource, options: TransportOptions = {}) {
    this.#credentials = credentials;
    this.#options = new RequestCredentials(
      options.credentialsTimeoutMs ?? 30_000,
    );
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#responseTimeoutMs = options.responseTimeoutMs ?? 70_000;
    this.#maxBodyBytes = options.maxBodyBytes ?? 64 * 1024 * 1024;
  }

  /** Any status; throws `KubernetesApiError` with status 0 when no whole answer came. */
  async send(request: TransportRequest): Promise<TransportResponse> {
    return this.read(await this.open(request));
  }

  /** The whole body of an opened answer. */
  async read(response: IncomingMessage): Promise<TransportResponse> {
    const body = await this.#readBody(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body,
    };
  }

  /** The answer as soon as its headers are there; the caller reads or destroys it. */
  async open(request: TransportRequest): Promise<IncomingMessage> {
    const { response, config } = await this.#openOnce(request);
    if (response.statusCode !== 401 || !this.#credentials.invalidate(config)) {
      return response;
    }
    response.destroy();
    return (await this.#openOnce(request)).response;
  }

  close() {
    this.#agents?.reads.destroy();
    this.#agents?.writes.destroy();
    this.#agents = undefined;
  }

  async #openOnce(request: TransportRequest) {
    const { config, url, options } = await this.#prepare(request);
    const exchange = async (agent = options.agent) => ({
      config,
      response: await this.#exchange(url, { ...options, agent }, request),
    });
    try {
      return await exchange();
    } catch (error) {
      // A kept-alive connection that the server had closed: nothing was answered, and a read may be asked again.
      if (error instanceof StaleConnection && isRead(request)) {
        // On a connection of its own: Node's common agent keeps connections alive, too (Node.js 19).
        return exchange(false);
      }
      throw error instanceof StaleConnection ? unreachable(error.cause) : error;
    }
  }

  async #prepare(request: TransportRequest) {
    try {
      const config = this.#credentials.current();
      const cluster = config.getCurrentCluster();
      if (!cluster) throw new Error('No cluster is configured');
      const options = await this.#options.of(config, request.signal);
      const base = new URL(cluster.server);
      const url = new URL(
        base.origin + base.pathname.replace(/\/$/, '') + request.path,
      );
      const headers: http.OutgoingHttpHeaders = {
        ...(options.headers as http.OutgoingHttpHeaders | undefined),
        accept: 'application/json',
        'user-agent': 'backstage-golden-images',
      };
      if (request.body !== undefined) {
        headers['content-type'] = request.contentType ?? 'application/json';
        headers['content-length'] = Buffer.byteLength(request.body);
      }
      return {
        config,
        url,
        options: {
          ...options,
          method: request.method,
          headers,
          agent: this.#agent(config, options, isRead(request)),
        },
      };
    } catch (error) {
      throw unreachable(error, 'no usable credentials');
    }
  }

  /** The client library's agents keep no connection alive, so ours serve unless a proxy is asked for. */
  #agent(config: KubeConfig, options: https.RequestOptions, read: boolean) {
    const cluster = config.getCurrentCluster();
    if (cluster?.proxyUrl) return options.agent;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } =
      options;
    const tls = {
      ca,
      cert,
      key,
      pfx,
      passphrase,
      rejectUnauthorized,
      servername,
    };
    const signature = createHash('sha256')
      .update(JSON.stringify([cluster?.server, tls]))
      .digest('hex');
    if (this.#agents?.signature !== signature) {
      const isTls = cluster?.server.startsWith('https:');
      const agent = (keepAlive: boolean) =>
        isTls
          ? new https.Agent({ ...withoutUndefined(tls), keepAlive })
          : new http.Agent({ keepAlive });
      this.#agents = { signature, reads: agent(true), writes: agent(false) };
    }
    return read ? this.#agents.reads : this.#agents.writes;
  }

  #exchange(
    url: URL,
    options: https.RequestOptions,
    { body, signal }: TransportRequest,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const timers: NodeJS.Timeout[] = [];
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        ...options,
        signal,
      });
      const expire = (ms: number, what: string) =>
        timers.push(
          setTimeout(
            () => request.destroy(new Error(`${what} within ${ms / 1000} s`)),
            ms,
          ),
        );
      const settle = () => timers.forEach(clearTimeout);
      expire(this.#responseTimeoutMs, 'no answer');
      request.on('socket', socket => {
        if (!socket.connecting) return;
        const index = expire(this.#connectTimeoutMs, 'no connection') - 1;
        const connected =
          url.protocol === 'https:' ? 'secureConnect' : 'connect';
        socket.once(connected, () => clearTimeout(timers[index]));
      });
      request.on('error', error => {
        settle();
        const code = (error as NodeJS.ErrnoException).code;
        if (request.reusedSocket && code === 'ECONNRESET') {
          reject(new StaleConnection(error));
        } else {
          reject(unreachable(error));
        }
      });
      request.on('response', response => {
        settle();
        resolve(response);
      });
      request.end(body);
    });
  }

  async #readBody(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(
      () => response.destroy(new Error('the answer broke off')),
      this.#responseTimeoutMs,
    );
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > this.#maxBodyBytes) {
          throw new KubernetesApiError({
            status: 0,
            reason: TOO_LARGE,
            message: `The answer is larger than ${this.#maxBodyBytes} bytes`,
          });
        }
        chunks.push(chunk);
      }
    } catch (error) {
      throw error instanceof KubernetesApiError ? error : unreachable(error);
    } finally {
      clearTimeout(timer);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

function isRead({ method, onlyAsks }: TransportRequest): boolean {
  return method === 'GET' || onlyAsks === true;
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as Partial<T>;
}
