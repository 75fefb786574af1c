import { KubeConfig } from '@kubernetes/client-node';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Kube, Resource } from './types';

/** A refusal of the API; `code` 0 when no answer came. */
export class KubeError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'KubeError';
    this.code = code;
  }
}

type Body = object | undefined;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
};

/** The Kubernetes API over HTTP, with the credentials of a kubeconfig. */
export class KubeClient {
  readonly #config: KubeConfig;
  readonly #server: URL;

  private constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (!cluster)
      throw new Error('The kubeconfig names no cluster in its current context');
    this.#config = config;
    this.#server = new URL(cluster.server);
  }

  static fromFile(path: string): KubeClient {
    const config = new KubeConfig();
    config.loadFromFile(path);
    return new KubeClient(config);
  }

  static fromText(text: string): KubeClient {
    const config = new KubeConfig();
    config.loadFromString(text);
    return new KubeClient(config);
  }

  async get<T extends Kube>(
    resource: Resource,
    name: string,
    namespace?: string,
  ): Promise<T | undefined> {
    try {
      return (await this.#send(
        'GET',
        this.#path(resource, namespace, name),
      )) as T;
    } catch (error) {
      if (error instanceof KubeError && error.code === 404) return undefined;
      throw error;
    }
  }

  async list<T extends Kube>(
    resource: Resource,
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const list = (await this.#send('GET', this.#path(resource))) as {
      items: T[];
      metadata: { resourceVersion: string };
    };
    return {
      items: list.items,
      resourceVersion: list.metadata.resourceVersion,
    };
  }

  async create<T extends Kube>(resource: Resource, object: T): Promise<T> {
    const body = {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      ...object,
    };
    return (await this.#send(
      'POST',
      this.#path(resource, object.metadata.namespace),
      body,
    )) as T;
  }

  /** A merge patch; with a `resourceVersion` in it, only of that version. */
  async patch<T extends Kube>(
    resource: Resource,
    target: Kube,
    patch: object,
  ): Promise<T> {
    const { name, namespace } = target.metadata;
    return (await this.#send(
      'PATCH',
      this.#path(resource, namespace, name),
      patch,
      PATCH_TYPES.merge,
    )) as T;
  }

  async patchStatus<T extends Kube>(
    resource: Resource,
    target: Kube,
    status: object,
  ): Promise<T> {
    const { name, namespace } = target.metadata;
    const path =
      this.#path(resource, namespace, name) +
      (resource.status ? '/status' : '');
    return (await this.#send(
      'PATCH',
      path,
      { status },
      PATCH_TYPES.merge,
    )) as T;
  }

  /** Deletes this very object; nothing happens when it is gone already. */
  async delete(resource: Resource, target: Kube): Promise<void> {
    const { name, namespace, uid } = target.metadata;
    try {
      await this.#send('DELETE', this.#path(resource, namespace, name), {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(uid ? { preconditions: { uid } } : {}),
      });
    } catch (error) {
      if (
        !(
          error instanceof KubeError &&
          (error.code === 404 || error.code === 409)
        )
      )
        throw error;
    }
  }

  /** Follows a kind from a version on until the server or the signal ends it. */
  async watch(
    resource: Resource,
    resourceVersion: string,
    onEvent: (event: {
      type: string;
      object: Kube & { code?: number };
    }) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const query = `?watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${encodeURIComponent(
      resourceVersion,
    )}`;
    const response = await this.#open(
      'GET',
      this.#path(resource) + query,
      undefined,
      undefined,
      signal,
    );
    if (response.statusCode !== 200) {
      throw new KubeError(response.statusCode ?? 0, await readText(response));
    }
    let rest = '';
    response.setEncoding('utf8');
    for await (const chunk of response) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line) onEvent(JSON.parse(line));
    }
  }

  #path({ base, plural }: Resource, namespace?: string, name?: string): string {
    return [
      base,
      ...(namespace ? ['namespaces', namespace] : []),
      plural,
      ...(name ? [name] : []),
    ].join('/');
  }

  async #send(
    method: string,
    path: string,
    body?: Body,
    contentType?: string,
  ): Promise<unknown> {
    const response = await this.#open(method, path, body, contentType);
    const text = await readText(response);
    const code = response.statusCode ?? 0;
    if (code >= 300)
      throw new KubeError(code, `${method} ${path}: ${messageOf(text)}`);
    return JSON.parse(text);
  }

  async #open(
    method: string,
    path: string,
    body?: Body,
    contentType = 'application/json',
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const text = body ? JSON.stringify(body) : undefined;
    const options: RequestOptions = {
      method,
      hostname: this.#server.hostname,
      port:
        this.#server.port || (this.#server.protocol === 'https:' ? 443 : 80),
      path: this.#server.pathname.replace(/\/$/, '') + path,
      headers: {
        accept: 'application/json',
        'user-agent': 'sandbox-controllers',
        // Said for DELETE, too, whose body Node would otherwise send without its length.
        ...(text
          ? {
              'content-type': contentType,
              'content-length': Buffer.byteLength(text),
            }
          : {}),
      },
      signal,
    };
    await this.#config.applyToHTTPSOptions(options);
    const secure = this.#server.protocol === 'https:';
    if (!secure) delete options.agent;
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(options, resolve);
      request.on('error', error =>
        reject(
          new KubeError(
            0,
            `${method} ${path}: ${
              error.message || (error as NodeJS.ErrnoException).code
            }`,
          ),
        ),
      );
      request.end(text);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
