import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApiServer } from './api';
import { writesSettled, type HostTable } from './bytes';
import { KubeClient, startControllers } from './controllers';
import { startImageServer } from './image-server';

/** Host names for which the sandbox's own image server stands in. */
const STAND_IN_HOSTS = ['example.com', 'images.example.com'];

export interface SandboxOptions {
  /** Folder for objects, bytes and images; the next start finds them again. */
  dataDir: string;
  host?: string;
  /** Port of the Kubernetes API; 0 takes a free one. */
  port?: number;
  /** Port of the image server; 0 takes a free one. */
  imagePort?: number;
  /** Bytes a second of downloads; unlimited where absent. */
  importBytesPerSecond?: number;
  /** Bytes a second of each copy; unlimited where absent. */
  copyBytesPerSecond?: number;
  /** 1 is the pace of a real cluster; 0.1, unless said otherwise, is ten times as fast. */
  timeFactor?: number;
  /**
   * A kubeconfig of another API server with the definitions of CDI and Longhorn:
   * then only the controllers and the image server are started, against it.
   */
  kubeconfig?: string;
  log?: (line: string) => void;
}

export interface Sandbox {
  /** Of the user who may do everything. */
  kubeconfigPath: string;
  apiUrl?: string;
  token?: string;
  imageServerUrl: string;
  /** Folder with a folder for each volume. */
  disksFolder: string;
  close(): Promise<void>;
}

/** Starts a Kubernetes API, the behaviour of CDI and Longhorn, and an image server. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, host = '127.0.0.1' } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const disksFolder = join(dataDir, 'volumes');
  const images = await startImageServer({
    directory: join(dataDir, 'images'),
    host,
    port: options.imagePort,
  });
  const api = options.kubeconfig ? undefined : await startApi(options, host);
  const kubeconfigPath = options.kubeconfig ?? join(dataDir, 'kubeconfig');
  if (api)
    await writePrivately(kubeconfigPath, api.server.kubeconfig(api.token));
  const hosts: HostTable = Object.fromEntries(
    STAND_IN_HOSTS.map(name => [name, images.url]),
  );
  const controllers = await startControllers({
    client: KubeClient.fromFile(kubeconfigPath),
    disksFolder,
    settings: {
      importBytesPerSecond: options.importBytesPerSecond,
      copyBytesPerSecond: options.copyBytesPerSecond,
      timeFactor: options.timeFactor ?? 0.1,
      hosts,
    },
    log: options.log,
  });
  return {
    kubeconfigPath,
    apiUrl: api?.server.url,
    token: api?.token,
    imageServerUrl: images.url,
    disksFolder,
    async close() {
      controllers.stop();
      await writesSettled();
      await images.close();
      await api?.server.close();
    },
  };
}

async function startApi(options: SandboxOptions, host: string) {
  const token = await keptToken(join(options.dataDir, 'admin-token'));
  const server = await startApiServer({
    host,
    port: options.port,
    dataDir: join(options.dataDir, 'objects'),
    tokens: { admin: token, dev: `${token}-dev` },
  });
  return { server, token };
}

/** The same token at each start, so that kubeconfigs stay good. */
async function keptToken(path: string): Promise<string> {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const token = randomBytes(32).toString('hex');
  await writePrivately(path, `${token}\n`);
  return token;
}

async function writePrivately(path: string, text: string) {
  await writeFile(`${path}.partial`, text, { mode: 0o600 });
  await rename(`${path}.partial`, path);
}
