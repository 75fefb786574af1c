import { KubeConfig } from '@kubernetes/client-node';
import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';

/** Bare requests to an API server, over connections that are kept. */
export class ClusterConnection {
  readonly #base: URL;
  readonly #options: https.RequestOptions;
  readonly #send: typeof https.request;

  private constructor(
    base: URL,
    options: https.RequestOptions,
    send: typeof https.request,
  ) {
    this.#base = base;
    this.#options = options;
    this.#send = send;
  }

  /** @param sockets - requests at once */
  static async open(
    kubeconfigPath: string,
    sockets = 32,
  ): Promise<ClusterConnection> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfigPath);
    const server = config.getCurrentCluster()?.server;
    if (!server) throw new Error(`${kubeconfigPath} names no cluster`);
    const base = new URL(server);
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const secure = base.protocol === 'https:';
    options.agent = secure
      ? new https.Agent({
          ...(options as https.AgentOptions),
          keepAlive: true,
          maxSockets: sockets,
        })
      : new http.Agent({ keepAlive: true, maxSockets: sockets });
    return new ClusterConnection(
      base,
      options,
      secure ? https.request : (http.request as typeof https.request),
    );
  }

  /** The body as it came. Throws for anything but a success. */
  async send(
    method: string,
    path: string,
    body?: object,
    contentType = 'application/json',
  ): Promise<string> {
    const url = new URL(path, this.#base);
    return new Promise((resolve, reject) => {
      const request = this.#send(
        url,
        {
          ...this.#options,
          method,
          headers: {
            ...(this.#options.headers as object),
            accept: 'application/json',
            ...(body && { 'content-type': contentType }),
          },
        },
        response => {
          const parts: Buffer[] = [];
          response.on('data', part => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            const { statusCode = 0 } = response;
            if (statusCode < 300) resolve(text);
            else
              reject(
                new Error(
                  `${method} ${path}: ${statusCode} ${text}`.slice(0, 500),
                ),
              );
          });
        },
      );
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  }

  /**
   * Every line of an answer that goes on, such as a watch. Resolves when the
   * signal is aborted.
   */
  async follow(
    path: string,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const url = new URL(path, this.#base);
    const response = await new Promise<http.IncomingMessage>(
      (resolve, reject) => {
        const request = this.#send(
          url,
          { ...this.#options, agent: undefined, signal },
          resolve,
        );
        request.on('error', reject);
        request.end();
      },
    );
    if (response.statusCode !== 200) {
      throw new Error(`GET ${path}: ${response.statusCode}`);
    }
    response.on('error', () => undefined);
    try {
      for await (const line of createInterface({ input: response })) {
        onLine(line);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (!signal.aborted) throw new Error(`GET ${path}: the answer ended`);
  }

  close() {
    (this.#options.agent as http.Agent).destroy();
  }
}
