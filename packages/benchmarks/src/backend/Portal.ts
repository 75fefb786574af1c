import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request as send } from 'node:http';
import { Worker } from '../processes';

export interface PortalOptions {
  /** Where configuration, databases and log live. */
  folder: string;
  kubeconfigPath: string;
  /** Address and token for the Kubernetes plugin. */
  cluster: { url: string; token: string };
  port: number;
  entities: number;
  /** Requests of the user's at once; 8 where absent. */
  sockets?: number;
  logTo: number;
}

/** Answers of `serveBackend`. */
export interface BackendAnswers {
  firstRequest: { atMs: number };
  clusterRequests: { count: number };
  watchLoop: object;
  loopDelay: { p99Ms: number; maxMs: number };
  ownPart: { ms: number[] };
  memory: { heapBytes: number; rssBytes: number };
}

/** A whole Backstage backend in a process of its own, with its user signed in. */
export class Portal {
  readonly #worker: Worker;
  readonly #port: number;
  readonly #agent: Agent;
  #token = '';

  private constructor(worker: Worker, port: number, sockets: number) {
    this.#worker = worker;
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
  }

  static async start(options: PortalOptions): Promise<Portal> {
    const configPath = join(options.folder, 'app-config.json');
    writeFileSync(configPath, JSON.stringify(configOf(options)));
    process.env.BENCH_CLUSTER_PORT = new URL(options.cluster.url).port;
    const worker = await Worker.start({
      file: 'backend/serveBackend.ts',
      args: ['--config', configPath],
      nodeArgs: ['--expose-gc'],
      // As it is deployed: its log is JSON, and not coloured.
      env: { NODE_ENV: 'production' },
      logTo: options.logTo,
    });
    const portal = new Portal(worker, options.port, options.sockets ?? 8);
    const { body } = await portal.send('GET', '/api/auth/bench/refresh');
    portal.#token = body.backstageIdentity.token;
    return portal;
  }

  ask<Q extends keyof BackendAnswers>(question: Q): Promise<BackendAnswers[Q]> {
    return this.#worker.ask<BackendAnswers[Q]>(question);
  }

  async get(path: string) {
    return this.#succeed(await this.send('GET', path), path);
  }

  async post(path: string, body: object) {
    return this.#succeed(await this.send('POST', path, body), path);
  }

  /** Any answer, with its JSON. */
  async send(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
    const text = await new Promise<{ status: number; text: string }>(
      (resolve, reject) => {
        const request = send(
          {
            host: '127.0.0.1',
            port: this.#port,
            agent: this.#agent,
            method,
            path,
            headers: {
              ...(this.#token && { authorization: `Bearer ${this.#token}` }),
              ...(body && { 'content-type': 'application/json' }),
            },
          },
          response => {
            const parts: Buffer[] = [];
            response.on('data', part => parts.push(part));
            response.on('error', reject);
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                text: Buffer.concat(parts).toString('utf8'),
              }),
            );
          },
        );
        request.on('error', reject);
        request.end(body && JSON.stringify(body));
      },
    );
    return { status: text.status, body: JSON.parse(text.text) };
  }

  async stop() {
    this.#agent.destroy();
    await this.#worker.stop();
  }

  #succeed(
    answer: { status: number; body: ReturnType<typeof JSON.parse> },
    path: string,
  ) {
    if (answer.status >= 300) {
      throw new Error(`${path}: ${JSON.stringify(answer).slice(0, 500)}`);
    }
    return answer.body;
  }
}

function configOf(options: PortalOptions) {
  const url = `http://127.0.0.1:${options.port}`;
  return {
    app: { baseUrl: url },
    backend: {
      baseUrl: url,
      listen: { host: '127.0.0.1', port: options.port },
      database: {
        client: 'better-sqlite3',
        connection: { directory: join(options.folder, 'databases') },
      },
    },
    auth: { environment: 'development', providers: { bench: {} } },
    bench: { entities: options.entities },
    catalog: { processingInterval: { hours: 24 } },
    permission: { enabled: true },
    kubernetes: {
      objectTypes: ['persistentvolumeclaims'],
      customResources: [
        {
          group: 'cdi.kubevirt.io',
          apiVersion: 'v1beta1',
          plural: 'datavolumes',
        },
      ],
      serviceLocatorMethod: { type: 'multiTenant' },
      clusterLocatorMethods: [
        {
          type: 'config',
          clusters: [
            {
              name: 'bench',
              url: options.cluster.url,
              authProvider: 'serviceAccount',
              serviceAccountToken: options.cluster.token,
              skipTLSVerify: true,
            },
          ],
        },
      ],
    },
    goldenImages: {
      // The user is none of them, and owns the namespaces.
      admins: ['group:default/platform'],
      clusters: [{ name: 'bench', kubeconfig: options.kubeconfigPath }],
    },
  };
}
