import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import {
  cloneBatchResponseSchema,
  cloneResponseSchema,
  clusterStatusSchema,
  deleteVolumeResponseSchema,
  imageListSchema,
  imageProbeSchema,
  imageSchema,
  importResponseSchema,
  manifestsResponseSchema,
  namespaceListSchema,
  retireResponseSchema,
  updateImageResponseSchema,
  volumeListSchema,
  volumeSchema,
  waitReleaseSchema,
  waitResponseSchema,
  waitStatusSchema,
} from '@golden-images/plugin-golden-images-common';
import { setTimeout as systemDelay } from 'node:timers/promises';
import { z } from 'zod/v3';
import { askUntilAnswered } from './askUntilAnswered';
import type {
  GoldenImagesCallOptions,
  GoldenImagesObjectKey,
  GoldenImagesService,
} from './GoldenImagesService';

const PLUGIN_ID = 'golden-images';
const clusterListSchema = z.object({ items: z.array(clusterStatusSchema) });

interface Call<T extends z.ZodTypeAny> extends GoldenImagesCallOptions {
  /** GET, or POST where there is a body. */
  method?: 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | boolean | undefined>;
  body?: unknown;
  answer: T;
  /** It may be asked twice, and is asked again while no answer comes. */
  repeatable?: boolean;
}

/**
 * Calls the golden-images backend over HTTP with a plugin token on behalf of
 * the given credentials. What may be asked twice is asked again for some seconds
 * while no answer comes; the rest fails, although it may have been done.
 *
 * @public
 */
export class DefaultGoldenImagesService implements GoldenImagesService {
  readonly #discovery: DiscoveryService;
  readonly #auth: AuthService;
  readonly #delay: (ms: number) => Promise<unknown>;

  private constructor(
    { discovery, auth }: { discovery: DiscoveryService; auth: AuthService },
    delay: (ms: number) => Promise<unknown>,
  ) {
    this.#discovery = discovery;
    this.#auth = auth;
    this.#delay = delay;
  }

  static create(options: {
    discovery: DiscoveryService;
    auth: AuthService;
    /** Waits between two attempts; by the machine's own time where absent. */
    delay?: (ms: number) => Promise<unknown>;
  }): DefaultGoldenImagesService {
    return new DefaultGoldenImagesService(
      options,
      options.delay ?? (ms => systemDelay(ms)),
    );
  }

  async listClusters(options: GoldenImagesCallOptions) {
    const { items } = await this.#call({
      ...options,
      path: '/clusters',
      repeatable: true,
      answer: clusterListSchema,
    });
    return items;
  }

  listNamespaces(
    request: { cluster?: string; for?: 'clone' | 'import' },
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/namespaces',
      query: request,
      repeatable: true,
      answer: namespaceListSchema,
    });
  }

  listImages(
    request: { cluster?: string; namespace?: string; ready?: boolean },
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/images',
      query: request,
      repeatable: true,
      answer: imageListSchema,
    });
  }

  getImage(key: GoldenImagesObjectKey, options: GoldenImagesCallOptions) {
    return this.#call({
      ...options,
      path: objectPath('images', key),
      repeatable: true,
      answer: imageSchema,
    });
  }

  probeImage(
    request: Parameters<GoldenImagesService['probeImage']>[0],
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/images/probe',
      body: request,
      repeatable: true,
      answer: imageProbeSchema,
    });
  }

  importImage(
    request: Parameters<GoldenImagesService['importImage']>[0],
    options: GoldenImagesCallOptions,
  ) {
    const { dryRun, ...body } = request;
    return this.#call({
      ...options,
      path: '/images',
      query: { dryRun },
      body,
      // The same request again is answered with the same object.
      repeatable: true,
      answer: importResponseSchema,
    });
  }

  updateImage(
    key: GoldenImagesObjectKey,
    request: Parameters<GoldenImagesService['updateImage']>[1],
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      method: 'PATCH',
      path: objectPath('images', key),
      body: request,
      answer: updateImageResponseSchema,
    });
  }

  listVolumes(
    request: Parameters<GoldenImagesService['listVolumes']>[0],
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/volumes',
      query: request,
      repeatable: true,
      answer: volumeListSchema,
    });
  }

  getVolume(key: GoldenImagesObjectKey, options: GoldenImagesCallOptions) {
    return this.#call({
      ...options,
      path: objectPath('volumes', key),
      repeatable: true,
      answer: volumeSchema,
    });
  }

  cloneImage(
    request: Parameters<GoldenImagesService['cloneImage']>[0],
    options: GoldenImagesCallOptions,
  ) {
    const { dryRun, ...body } = request;
    return this.#call({
      ...options,
      path: '/volumes',
      query: { dryRun },
      body,
      // The same request again is answered with the same object.
      repeatable: true,
      answer: cloneResponseSchema,
    });
  }

  cloneImages(
    request: Parameters<GoldenImagesService['cloneImages']>[0],
    options: GoldenImagesCallOptions,
  ) {
    const { dryRun, ...body } = request;
    return this.#call({
      ...options,
      path: '/volumes/batch',
      query: { dryRun },
      body,
      // The same request again is answered with the same object.
      repeatable: true,
      answer: cloneBatchResponseSchema,
    });
  }

  deleteVolume(
    request: Parameters<GoldenImagesService['deleteVolume']>[0],
    options: GoldenImagesCallOptions,
  ) {
    const { uid, force, dryRun } = request;
    return this.#call({
      ...options,
      method: 'DELETE',
      path: objectPath('volumes', request),
      query: { uid, force, dryRun },
      // By its name alone, the second order might be for another of that name.
      repeatable: uid !== undefined || dryRun === true,
      answer: deleteVolumeResponseSchema,
    });
  }

  retireImage(
    request: Parameters<GoldenImagesService['retireImage']>[0],
    options: GoldenImagesCallOptions,
  ) {
    const { uid, wait, force, dryRun } = request;
    return this.#call({
      ...options,
      method: 'DELETE',
      path: objectPath('images', request),
      query: { uid, wait, force, dryRun },
      // By its name alone, the second order might be for another of that name.
      repeatable: uid !== undefined || dryRun === true,
      answer: retireResponseSchema,
    });
  }

  makeManifests(
    request: Parameters<GoldenImagesService['makeManifests']>[0],
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/manifests',
      body: request,
      repeatable: true,
      answer: manifestsResponseSchema,
    });
  }

  createWait(
    request: Parameters<GoldenImagesService['createWait']>[0],
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/waits',
      body: request,
      repeatable: true,
      answer: waitResponseSchema,
    });
  }

  getWaitStatus(
    request: { waitHandle: string; onBehalfOf?: string },
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/waits/status',
      body: request,
      answer: waitStatusSchema,
    });
  }

  releaseWait(
    request: { waitHandle: string; onBehalfOf?: string },
    options: GoldenImagesCallOptions,
  ) {
    return this.#call({
      ...options,
      path: '/waits/release',
      body: request,
      answer: waitReleaseSchema,
    });
  }

  async #call<T extends z.ZodTypeAny>(call: Call<T>): Promise<z.infer<T>> {
    return call.repeatable
      ? askUntilAnswered(() => this.#ask(call), this.#delay)
      : this.#ask(call);
  }

  async #ask<T extends z.ZodTypeAny>(call: Call<T>): Promise<z.infer<T>> {
    const [baseUrl, { token }] = await Promise.all([
      this.#discovery.getBaseUrl(PLUGIN_ID),
      this.#auth.getPluginRequestToken({
        onBehalfOf: call.credentials,
        targetPluginId: PLUGIN_ID,
      }),
    ]);
    const url = new URL(`${baseUrl}${call.path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await fetch(url, {
      method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(call.body === undefined
          ? {}
          : { 'content-type': 'application/json' }),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
    });
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return call.answer.parse(await response.json());
  }
}

function objectPath(collection: string, key: GoldenImagesObjectKey): string {
  return `/${[collection, key.cluster, key.namespace, key.name]
    .map(encodeURIComponent)
    .join('/')}`;
}
