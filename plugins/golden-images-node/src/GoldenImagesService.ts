import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type {
  CloneBatchRequest,
  CloneBatchResponse,
  CloneRequest,
  CloneResponse,
  ClusterStatus,
  DeleteVolumeResponse,
  Image,
  ImageList,
  ImageProbeResult,
  ImportRequest,
  ImportResponse,
  ManifestsRequest,
  ManifestsResponse,
  NamespaceList,
  ProbeRequest,
  RetireResponse,
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
  /** What an image is, and the size for which `auto` stands: nothing is written. */
  probeImage(
    request: ProbeRequest,
    options: GoldenImagesCallOptions,
  ): Promise<ImageProbeResult>;
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
  /**
   * Many clones in one request, each with a result of its own in the order of
   * the items. Idempotent, item by item. Throws what concerns the whole request
   * only: a field that is wrong, two items of one name, no permission to clone.
   */
  cloneImages(
    request: CloneBatchRequest & { dryRun?: boolean },
    options: GoldenImagesCallOptions,
  ): Promise<CloneBatchResponse>;
  /**
   * Deletes a clone. One that is being deleted already is answered alike.
   *
   * @param request - `uid` of its DataVolume or claim, where another of its
   *   name must not be meant; `force` although it is used or being copied
   */
  deleteVolume(
    request: GoldenImagesObjectKey & {
      uid?: string;
      force?: boolean;
      dryRun?: boolean;
    },
    options: GoldenImagesCallOptions,
  ): Promise<DeleteVolumeResponse>;
  /**
   * Retires an image: it is deleted when nothing copies from it. In a dry run
   * the answer says what is in the way.
   *
   * @param request - `uid` as above; `wait` for copies instead of refusing;
   *   `force` although copies cannot all be seen
   */
  retireImage(
    request: GoldenImagesObjectKey & {
      uid?: string;
      wait?: boolean;
      force?: boolean;
      dryRun?: boolean;
    },
    options: GoldenImagesCallOptions,
  ): Promise<RetireResponse>;
  /** The objects of an import or a clone, to be kept in Git. Writes nothing. */
  makeManifests(
    request: ManifestsRequest,
    options: GoldenImagesCallOptions,
  ): Promise<ManifestsResponse>;
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
