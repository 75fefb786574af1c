import type { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import { ResponseError } from '@backstage/errors';
import type {
  ImageList,
  NamespaceList,
  PreflightRequest,
  PreflightResponse,
  VolumeList,
} from '@golden-images/plugin-golden-images-common';
import type { GoldenImagesApi, RequestOptions } from './GoldenImagesApi';
import {
  parseImageList,
  parseNamespaceList,
  parsePreflight,
  parseVolumeList,
} from './parseAnswer';

/** Nobody looks at a spinner for longer. */
const TIMEOUT_MS = 20_000;

/** The backend over HTTP, as whoever is signed in. @public */
export class GoldenImagesClient implements GoldenImagesApi {
  readonly #discoveryApi: DiscoveryApi;
  readonly #fetchApi: FetchApi;

  constructor(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    this.#discoveryApi = options.discoveryApi;
    this.#fetchApi = options.fetchApi;
  }

  async listVolumes(
    filter: { entityRef: string },
    options?: RequestOptions,
  ): Promise<VolumeList> {
    return parseVolumeList(await this.#get('volumes', filter, options));
  }

  async listImages(
    filter: { cluster?: string; namespace?: string; ready?: boolean } = {},
    options?: RequestOptions,
  ): Promise<ImageList> {
    return parseImageList(await this.#get('images', filter, options));
  }

  async listNamespaces(
    filter: { cluster?: string; for?: 'clone' | 'import' } = {},
    options?: RequestOptions,
  ): Promise<NamespaceList> {
    return parseNamespaceList(await this.#get('namespaces', filter, options));
  }

  async preflight(
    request: PreflightRequest,
    options?: RequestOptions,
  ): Promise<PreflightResponse> {
    return parsePreflight(
      await this.#ask('preflight', options, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      }),
    );
  }

  async #get(
    path: string,
    filter: Record<string, string | boolean | undefined>,
    options?: RequestOptions,
  ): Promise<unknown> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) {
      if (value !== undefined) query.set(name, String(value));
    }
    return this.#ask(
      [path, query.toString()].filter(Boolean).join('?'),
      options,
    );
  }

  async #ask(
    path: string,
    options?: RequestOptions,
    init: RequestInit = {},
  ): Promise<unknown> {
    const baseUrl = await this.#discoveryApi.getBaseUrl('golden-images');
    return withTimeout(options?.signal, async signal => {
      const response = await this.#fetchApi.fetch(`${baseUrl}/${path}`, {
        ...init,
        signal,
      });
      if (!response.ok) throw await ResponseError.fromResponse(response);
      return response.json();
    });
  }
}

async function withTimeout<T>(
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, TIMEOUT_MS);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!late) throw error;
    throw new Error(
      `The golden-images backend did not answer within ${TIMEOUT_MS / 1000} s`,
    );
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}
