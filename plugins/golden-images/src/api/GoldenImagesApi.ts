import { createApiRef } from '@backstage/core-plugin-api';
import type {
  ImageList,
  NamespaceList,
  PreflightRequest,
  PreflightResponse,
  VolumeList,
} from '@golden-images/plugin-golden-images-common';

/** @public */
export interface RequestOptions {
  /** Aborts the request; it then rejects with an `AbortError`. */
  signal?: AbortSignal;
}

/**
 * What the frontend asks of the golden-images backend, with the rights of
 * whoever is signed in.
 *
 * Every method rejects with a `ResponseError` (`@backstage/errors`) when the
 * backend refuses or fails, and with an `Error` when its answer cannot be read.
 *
 * @public
 */
export interface GoldenImagesApi {
  /** The volumes of an entity, for whoever may read the entity. */
  listVolumes(
    filter: { entityRef: string },
    options?: RequestOptions,
  ): Promise<VolumeList>;

  /** Golden images; with `ready`, those alone that can be cloned now. */
  listImages(
    filter?: { cluster?: string; namespace?: string; ready?: boolean },
    options?: RequestOptions,
  ): Promise<ImageList>;

  /** Namespaces that the caller may use for that. */
  listNamespaces(
    filter?: { cluster?: string; for?: 'clone' | 'import' },
    options?: RequestOptions,
  ): Promise<NamespaceList>;

  /** Whether an import or a clone would go through, and what it would take; writes nothing. */
  preflight(
    request: PreflightRequest,
    options?: RequestOptions,
  ): Promise<PreflightResponse>;
}

/** @public */
export const goldenImagesApiRef = createApiRef<GoldenImagesApi>({
  id: 'plugin.golden-images.api',
});
