import type { ClusterConnectionConfig } from '../config/types';
import {
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
  type ObjectRef,
  type ResourceType,
} from './ClusterClient';
import type {
  ClusterWatcher,
  ListPage,
  ListScope,
  WatchEvent,
} from './ClusterWatcher';
import {
  HttpTransport,
  type TransportOptions,
  type TransportRequest,
  type TransportResponse,
} from './HttpTransport';
import { KubeConfigSource } from './KubeConfigSource';
import { KubernetesApiError } from './KubernetesApiError';
import { errorOfResponse, errorOfStatus, isStatus } from './apiErrors';
import { readLines } from './readLines';
import { resourcePath, withQuery } from './resourcePath';
import { readWarnings } from './warnings';

const FIELD_MANAGER = 'backstage-golden-images';
const PAGE_SIZE = 500;
/** etcd takes objects up to 1.5 MiB; as JSON with managed fields they grow. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Kubernetes' REST API, as of version 1.36. */
export class DefaultClusterClient implements ClusterClient, ClusterWatcher {
  readonly clusterName: string;
  readonly #transport: HttpTransport;

  private constructor(clusterName: string, transport: HttpTransport) {
    this.clusterName = clusterName;
    this.#transport = transport;
  }

  static create(
    cluster: { name: string; connection: ClusterConnectionConfig },
    options?: TransportOptions,
  ): DefaultClusterClient {
    const credentials = new KubeConfigSource(cluster.connection);
    return new DefaultClusterClient(
      cluster.name,
      new HttpTransport(credentials, options),
    );
  }

  close() {
    this.#transport.close();
  }

  async get<T extends KubernetesObject>(
    ref: ObjectRef,
  ): Promise<T | undefined> {
    const response = await this.#transport.send({
      method: 'GET',
      path: resourcePath(ref.type, ref.namespace, ref.name),
    });
    return isAbsent(ref, response) ? undefined : parse<T>(response);
  }

  async list<T extends KubernetesObject>(
    type: ResourceType,
    options: {
      namespace?: string;
      labelSelector?: string;
      limit?: number;
    } = {},
  ): Promise<T[]> {
    const items: T[] = [];
    let token: string | undefined;
    do {
      const page = await this.#page<T>(type, {
        namespace: options.namespace,
        labelSelector: options.labelSelector,
        limit: Math.min(PAGE_SIZE, (options.limit ?? Infinity) - items.length),
        token,
      });
      items.push(...page.items);
      token = page.continueToken;
    } while (token && items.length < (options.limit ?? Infinity));
    return items;
  }

  async listPage(
    type: ResourceType,
    scope: ListScope,
    options: {
      limit: number;
      continueToken?: string;
      notOlderThan?: string;
      signal?: AbortSignal;
    },
  ): Promise<ListPage> {
    return this.#page<KubernetesObject>(type, {
      ...scope,
      limit: options.limit,
      token: options.continueToken,
      notOlderThan: options.notOlderThan,
      signal: options.signal,
    });
  }

  async create<T extends KubernetesObject>(
    type: ResourceType,
    body: T,
    options: { dryRun?: boolean } = {},
  ): Promise<{ object: T; warnings: string[] }> {
    const response = await this.#transport.send({
      method: 'POST',
      path: withQuery(resourcePath(type, body.metadata.namespace), {
        fieldManager: FIELD_MANAGER,
        fieldValidation: 'Strict',
        dryRun: options.dryRun ? 'All' : undefined,
      }),
      body: JSON.stringify(body),
    });
    return {
      object: parse<T>(response),
      warnings: readWarnings(response.headers.warning),
    };
  }

  async patch<T extends KubernetesObject>(
    ref: ObjectRef,
    mergePatch: object,
    precondition: { uid: string; resourceVersion?: string },
  ): Promise<T> {
    const patch = mergePatch as { metadata?: object };
    const request: TransportRequest = {
      method: 'PATCH',
      path: withQuery(resourcePath(ref.type, ref.namespace, ref.name), {
        fieldManager: FIELD_MANAGER,
        fieldValidation: 'Strict',
      }),
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({
        ...patch,
        metadata: { ...patch.metadata, ...precondition },
      }),
    };
    try {
      return parse<T>(await this.#transport.send(request));
    } catch (error) {
      throw asConflict(error);
    }
  }

  async delete(
    ref: ObjectRef,
    precondition: { uid: string; resourceVersion?: string },
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<boolean> {
    const response = await this.#transport.send({
      method: 'DELETE',
      path: withQuery(resourcePath(ref.type, ref.namespace, ref.name), {
        dryRun: dryRun ? 'All' : undefined,
      }),
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        preconditions: precondition,
        // With a body the API server does not look at the query.
        ...(dryRun && { dryRun: ['All'] }),
      }),
    });
    if (isAbsent(ref, response)) return false;
    if (response.status === 409) {
      const present = await this.get(ref);
      if (present?.metadata.uid !== precondition.uid) return false;
    }
    parse(response);
    return true;
  }

  async *watch(
    type: ResourceType,
    scope: ListScope,
    options: {
      resourceVersion: string;
      timeoutSeconds: number;
      idleTimeoutMs: number;
      signal?: AbortSignal;
      onOpen?: () => void;
    },
  ): AsyncGenerator<WatchEvent> {
    const request: TransportRequest = {
      method: 'GET',
      path: withQuery(resourcePath(type, scope.namespace), {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: options.timeoutSeconds,
        fieldSelector: scope.fieldSelector,
      }),
      signal: options.signal,
    };
    const stream = await this.#transport.open(request);
    if (stream.statusCode !== 200) {
      throw errorOfResponse(await this.#transport.read(stream));
    }
    options.onOpen?.();
    const lines = readLines(stream, {
      maxLineBytes: MAX_LINE_BYTES,
      idleTimeoutMs: options.idleTimeoutMs,
    });
    for await (const line of lines) {
      const event = readEvent(line);
      if (event) yield event;
    }
  }

  async mayI(
    verb: string,
    type: ResourceType,
    namespace?: string,
    signal?: AbortSignal,
  ) {
    const [resource, subresource] = type.resource.split('/');
    const response = await this.#transport.send({
      method: 'POST',
      path: resourcePath(RESOURCES.accessReviews),
      onlyAsks: true,
      signal,
      body: JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            verb,
            group: type.group,
            resource,
            subresource,
            namespace: type.namespaced ? namespace : undefined,
          },
        },
      }),
    });
    const review = parse<{ status?: { allowed?: boolean } }>(response);
    return review.status?.allowed === true;
  }

  async #page<T extends KubernetesObject>(
    type: ResourceType,
    query: ListScope & {
      labelSelector?: string;
      limit: number;
      token?: string;
      notOlderThan?: string;
      signal?: AbortSignal;
    },
  ): Promise<{ items: T[]; resourceVersion: string; continueToken?: string }> {
    const response = await this.#transport.send({
      method: 'GET',
      path: withQuery(resourcePath(type, query.namespace), {
        limit: query.limit,
        continue: query.token,
        labelSelector: query.labelSelector,
        fieldSelector: query.fieldSelector,
        resourceVersion: query.notOlderThan,
        resourceVersionMatch: query.notOlderThan && 'NotOlderThan',
      }),
      signal: query.signal,
    });
    const list = parse<{
      items?: T[];
      metadata?: { resourceVersion?: string; continue?: string };
    }>(response);
    const { resourceVersion, continue: token } = list.metadata ?? {};
    // Whatever is not in a list is gone: what a proxy says must not be taken for one.
    if (!resourceVersion) {
      throw new KubernetesApiError({
        status: 0,
        message: 'The answer of the cluster is no list',
      });
    }
    return {
      items: list.items ?? [],
      resourceVersion,
      continueToken: token || undefined,
    };
  }
}

/**
 * A proxy says 404 too while the server behind it is away. What every API server
 * has it denies by a `Status`; a kind that it does not serve, by a text.
 */
function isAbsent({ type }: ObjectRef, { status, body }: TransportResponse) {
  return status === 404 && (type.group !== '' || isStatus(body));
}

function parse<T>(response: TransportResponse): T {
  if (response.status < 200 || response.status > 299) {
    throw errorOfResponse(response);
  }
  try {
    return JSON.parse(response.body) as T;
  } catch (error) {
    throw new KubernetesApiError({
      status: 0,
      message: 'The answer of the cluster is not JSON',
      cause: error,
    });
  }
}

function readEvent(line: string): WatchEvent | undefined {
  let event: { type?: string; object?: KubernetesObject };
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw new KubernetesApiError({
      status: 0,
      message: 'A line of the watch is not JSON',
      cause: error,
    });
  }
  const { type, object } = event;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return object && { type, object };
    case 'BOOKMARK':
      return {
        type,
        resourceVersion: object?.metadata.resourceVersion ?? '',
      };
    case 'ERROR':
      throw errorOfStatus(object);
    default:
      return undefined;
  }
}

/** Another uid in a patch answers 422 "field is immutable" (recorded with Kubernetes 1.36); it means the same as 409. */
function asConflict(error: unknown): unknown {
  if (
    error instanceof KubernetesApiError &&
    error.status === 422 &&
    error.causes.some(cause => cause.field === 'metadata.uid')
  ) {
    return new KubernetesApiError({
      status: 409,
      reason: 'Conflict',
      message: error.message,
      causes: error.causes,
      cause: error,
    });
  }
  return error;
}
