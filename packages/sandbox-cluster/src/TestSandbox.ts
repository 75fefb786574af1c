import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDemoImages, SMALL_DEMO_IMAGES } from './image-server';
import { startSandbox, type Sandbox } from './startSandbox';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A sandbox for the tests of others: fifty times as fast as a cluster, with
 * little on the disks of its images, in a folder that goes with it.
 */
export class TestSandbox {
  readonly #sandbox: Sandbox;
  readonly folder: string;

  private constructor(sandbox: Sandbox, folder: string) {
    this.#sandbox = sandbox;
    this.folder = folder;
  }

  /** @param owners - namespaces to make, each with the entity that owns it */
  static async start(
    owners: Record<string, string> = {},
  ): Promise<TestSandbox> {
    const folder = await mkdtemp(join(tmpdir(), 'golden-images-'));
    const images = join(folder, 'images');
    await mkdir(images);
    await makeDemoImages(images, SMALL_DEMO_IMAGES);
    const started = await startSandbox({ dataDir: folder, timeFactor: 0.02 });
    const sandbox = new TestSandbox(started, folder);
    for (const [name, owner] of Object.entries(owners)) {
      await sandbox.request('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name,
          annotations: { 'golden-images.backstage.io/owner': owner },
        },
      });
    }
    return sandbox;
  }

  get kubeconfigPath(): string {
    return this.#sandbox.kubeconfigPath;
  }

  /** Folder with a folder for each volume. */
  get disksFolder(): string {
    return this.#sandbox.disksFolder;
  }

  /** What the image server serves. */
  get imagesFolder(): string {
    return join(this.folder, 'images');
  }

  /** Where the image server serves it. */
  get imageServer(): URL {
    return new URL(this.#sandbox.imageServerUrl);
  }

  /** Asks the Kubernetes API; a `PATCH` is a merge patch. */
  send(method: Method, path: string, body?: object): Promise<Response> {
    return fetch(`${this.#sandbox.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#sandbox.token}`,
        'content-type':
          method === 'PATCH'
            ? 'application/merge-patch+json'
            : 'application/json',
      },
      body: body && JSON.stringify(body),
    });
  }

  /**
   * As `send`.
   *
   * @returns the object that the API answers with, of any shape
   * @throws where the API refuses, with its answer
   */
  async request(
    method: Method,
    path: string,
    body?: object,
  ): Promise<ReturnType<typeof JSON.parse>> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  }

  /** Resolves with the first state of a watched object that will do. */
  async until<T extends object>(
    collection: string,
    isEnough: (object: T) => boolean,
  ): Promise<T> {
    const response = await this.send('GET', `${collection}?watch=true`);
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split(
        '\n',
      );
      rest = lines.pop()!;
      const found = lines
        .filter(line => line !== '')
        .map(line => JSON.parse(line).object as T)
        .find(isEnough);
      if (found) return found;
    }
    throw new Error(`The watch of ${collection} ended`);
  }

  async close(): Promise<void> {
    await this.#sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
