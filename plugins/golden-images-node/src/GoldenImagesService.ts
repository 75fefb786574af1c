import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type {
  CloneRequest,
  CloneResponse,
  ClusterStatus,
  Image,
  ImageList,
  ImportRequest,
  ImportResponse,
  NamespaceList,
  UpdateImageRequest,
  UpdateImageResponse,
  Volume,
  VolumeList,
  WaitRelease,
  WaitRequest,
  WaitStatus,
} from '@golden-images/plugin-golden-images-common';

/** On whose behalf the backend is called. @public */
export interface GoldenImagesCallOptions {
  credentials: BackstageCredentials;
}

/** Which image or volume is meant. @public */
export interface GoldenImagesObjectKey {
  cluster: string;
  namespace: string;
  name: string;
}

/**
 * The golden-images backend as other backend plugins see it.
 *
 * Every method throws `ResponseError` (`@backstage/errors`) with the status and
 * the words of the backend when it refuses: `InputError` for bad input,
 * `NotAllowedError`, `ConflictError`, `NotFoundError`.
 *
 * @public
 */
export interface GoldenImagesService {
  listClusters(options: GoldenImagesCallOptions): Promise<ClusterStatus[]>;
  /** Namespaces that the caller may clone or import into. */
  listNamespaces(
    request: { cluster?: string; for?: 'clone' | 'import' },
    options: GoldenImagesCallOptions,
  ): Promise<NamespaceList>;
  listImages(
    request: { cluster?: string; namespace?: string; ready?: boolean },
    options: GoldenImagesCallOptions,
  ): Promise<ImageList>;
  getImage(
    key: GoldenImagesObjectKey,
    options: GoldenImagesCallOptions,
  ): Promise<Image>;
  /** Idempotent: the same request again answers with the same image. */
  importImage(
    request: ImportRequest & { dryRun?: boolean },
    options: GoldenImagesCallOptions,
  ): Promise<ImportResponse>;
  /** Changes what is said of an image; `null` takes away. */
  updateImage(
    key: GoldenImagesObjectKey,
    request: UpdateImageRequest,
    options: GoldenImagesCallOptions,
  ): Promise<UpdateImageResponse>;
  listVolumes(
    request: { entityRef: string } | { cluster: string; namespace: string },
    options: GoldenImagesCallOptions,
  ): Promise<VolumeList>;
  getVolume(
    key: GoldenImagesObjectKey,
    options: GoldenImagesCallOptions,
  ): Promise<Volume>;
  /** Idempotent: the same request again answers with the same volume. */
  cloneImage(
    request: CloneRequest & { dryRun?: boolean },
    options: GoldenImagesCallOptions,
  ): Promise<CloneResponse>;
  /** A handle for an object that was made elsewhere; the caller is authorised once. */
  createWait(
    request: WaitRequest,
    options: GoldenImagesCallOptions,
  ): Promise<{ waitHandle: string }>;
  /** For services' own credentials only. */
  getWaitStatus(
    request: { waitHandle: string; onBehalfOf?: string },
    options: GoldenImagesCallOptions,
  ): Promise<WaitStatus>;
  /**
   * Gives a wait up: deletes an object that was never ready, if that was agreed
   * when it was made. For services' own credentials only.
   */
  releaseWait(
    request: { waitHandle: string; onBehalfOf?: string },
    options: GoldenImagesCallOptions,
  ): Promise<WaitRelease>;
}
