import { mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backendConfig, type BackendConfigOptions } from './backendConfig';
import { BackendProcess } from './BackendProcess';
import { keepsFolders } from './environment';
import { freePort } from './freePort';
import type { Gate } from './Gate';
import { HoldingProxy } from './HoldingProxy';
import { PortalClient } from './PortalClient';
import { backendStops, clusterStops } from './stops';

/** Which plugins run in which process, by its name. */
export type Layout = Record<string, string[]>;

/** What a scaffolder needs, here or elsewhere. */
export const BESIDE_SCAFFOLDER = [
  'auth',
  'catalog',
  'permission',
  'golden-images',
];

/** Everything in one process. */
export const ONE_PROCESS: Layout = {
  backend: ['scaffolder', ...BESIDE_SCAFFOLDER],
};

/** The scaffolder alone in one, the rest in another. */
export const SCAFFOLDER_APART: Layout = {
  scaffolder: ['scaffolder'],
  rest: BESIDE_SCAFFOLDER,
};

type PortalOptions = Pick<
  BackendConfigOptions,
  | 'folder'
  | 'postgresUrl'
  | 'databasePrefix'
  | 'cluster'
  | 'imageServer'
  | 'width'
> & { gate: Gate; layout: Layout };

interface TaskValues {
  name: string;
  namespace: string;
  version?: string;
  url?: string;
}

interface TaskEvent {
  type: string;
  body: { message: string; output?: Record<string, string> };
}

/**
 * A Backstage in one process or several, with a proxy wherever these ask the
 * golden-images backend or the cluster: there the gate is passed.
 */
export class Portal {
  readonly #processes = new Map<string, BackendProcess>();
  readonly #proxies: HoldingProxy[] = [];
  readonly #gate: Gate;
  readonly #folder: string;
  readonly #addresses: Record<string, string> = {};
  #client!: PortalClient;

  private constructor({ gate, folder }: PortalOptions) {
    this.#gate = gate;
    this.#folder = folder;
  }

  static async start(options: PortalOptions): Promise<Portal> {
    const portal = new Portal(options);
    await portal.#prepare(options);
    for (const name of portal.#processes.keys()) await portal.start(name);
    portal.#client = await PortalClient.open(portal.#addresses);
    return portal;
  }

  async start(name: string) {
    await this.#process(name).start();
  }

  async kill(name: string) {
    await this.#process(name).kill();
  }

  pause(name: string) {
    this.#process(name).pause();
  }

  resume(name: string) {
    this.#process(name).resume();
  }

  async stop() {
    for (const each of this.#processes.values()) await each.kill();
    for (const proxy of this.#proxies) await proxy.close();
    if (keepsFolders()) process.stdout.write(`kept: ${this.#folder}\n`);
    else rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Starts a task of a template; its moments pass the gate under the name of the claim. */
  async startTask(template: string, values: TaskValues, claim: string) {
    const { id } = await this.#client.send('POST', 'scaffolder', 'v2/tasks', {
      templateRef: `template:default/${template}`,
      values,
    });
    this.#gate.nameTask(id, claim);
    return id as string;
  }

  /** Makes a volume that a task is to find. */
  async clone(request: Parameters<PortalClient['clone']>[0]) {
    await this.#client.clone(request);
  }

  async task(id: string): Promise<{
    status: string;
    output?: Record<string, string>;
    log: string;
  }> {
    const { status } = await this.#client.send(
      'GET',
      'scaffolder',
      `v2/tasks/${id}`,
    );
    const events: TaskEvent[] = await this.#client.send(
      'GET',
      'scaffolder',
      `v2/tasks/${id}/events`,
    );
    return {
      status,
      output: events.find(({ type }) => type === 'completion')?.body.output,
      log: events
        .map(({ type, body }) => `${type}: ${body.message}`)
        .join('\n'),
    };
  }

  #process(name: string): BackendProcess {
    const process = this.#processes.get(name);
    if (!process) throw new Error(`There is no process ${name}`);
    return process;
  }

  async #prepare(options: PortalOptions) {
    const { gate, layout } = options;
    const ports: Record<string, number> = {};
    for (const [name, plugins] of Object.entries(layout)) {
      ports[name] = await freePort();
      for (const plugin of plugins) {
        this.#addresses[plugin] ??= `http://127.0.0.1:${ports[name]}`;
      }
    }
    for (const [name, plugins] of Object.entries(layout)) {
      const folder = join(options.folder, name);
      mkdirSync(folder, { recursive: true });
      const addresses = { ...this.#addresses };
      // A plugin that runs here is asked here.
      for (const plugin of plugins) {
        addresses[plugin] = `http://127.0.0.1:${ports[name]}`;
      }
      addresses['golden-images'] = await this.#proxy(
        addresses['golden-images'],
        backendStops(gate, name),
      );
      const url = await this.#proxy(
        options.cluster.url,
        clusterStops(gate, name),
      );
      const configPath = join(folder, 'app-config.json');
      const config = backendConfig({
        ...options,
        folder,
        port: ports[name],
        addresses,
        cluster: { ...options.cluster, url },
      });
      writeFileSync(configPath, JSON.stringify(config));
      const logTo = openSync(join(folder, 'log'), 'a');
      this.#processes.set(
        name,
        new BackendProcess(name, gate, { configPath, plugins, logTo }),
      );
    }
  }

  async #proxy(
    target: string,
    stopsOf: Parameters<typeof HoldingProxy.start>[1],
  ): Promise<string> {
    const proxy = await HoldingProxy.start(target, stopsOf);
    this.#proxies.push(proxy);
    return proxy.url;
  }
}
