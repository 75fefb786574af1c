import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import { NotFoundError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesImportPermission,
  goldenImagesReadPermission,
  type Image,
  type ImageList,
  type ImportRequest,
  type ImportResponse,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer, Caller, EntityAccess } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { ImageProber, ImportAllowList } from '../imports';
import type { Claim, DataVolume } from '../manifests';
import type { ObjectKey, Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory, NamespaceFacts } from './ClusterDirectory';
import { ImportChecks, type CheckedImport } from './ImportChecks';
import { IdempotentCreate, type CreateTarget } from './IdempotentCreate';
import {
  ImageMetadataChecks,
  metadataOf,
  unchangedMetadata,
  withNormalOwner,
} from './ImageMetadataChecks';
import { Verdict, type Preflight } from './preflight';
import { inPlainWords } from './clusterErrors';
import { imageDraft } from './drafts';
import { requireConnection } from './requireConnection';
import { requireImporter } from './requireImporter';
import { manifestOf, targetOf, type ImportDraft } from './importDraft';
import { importAgreement } from './waitAgreement';
import { encodeWaitHandle } from './waitHandle';
import { extendDeadline } from './extendDeadline';
import { whyUnverified } from './verification';

export interface RequestOptions {
  credentials: BackstageCredentials<BackstageUserPrincipal>;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

/** Golden images: lists, and imports as idempotent creates. */
export class ImageService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;
  readonly #checks: ImportChecks;
  readonly #metadata: ImageMetadataChecks;
  readonly #create: IdempotentCreate;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    entities: EntityAccess;
    allowList: ImportAllowList;
    preflight: Preflight;
    prober: ImageProber;
    clock: Clock;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#clock = options.clock;
    this.#checks = new ImportChecks(options);
    this.#metadata = new ImageMetadataChecks(options);
    this.#create = new IdempotentCreate(options);
  }

  /** All images are public: whoever has the permission to read sees them. */
  async list(
    filter: { cluster?: string; namespace?: string; ready?: boolean },
    options: RequestOptions,
  ): Promise<ImageList> {
    await this.#authorizer.authorize(
      options.credentials,
      goldenImagesReadPermission,
    );
    if (filter.cluster !== undefined) this.#clusters.named(filter.cluster);
    const tracked = await this.#tracking.reader.listImages({
      cluster: filter.cluster,
      namespace: filter.namespace,
    });
    const images = tracked.map(row => row.object);
    return {
      items: filter.ready
        ? images.filter(image => this.#isOffered(image))
        : images,
      clusters: await this.#tracking.clusterStatus(filter.cluster),
    };
  }

  /** Whether it can be cloned, as far as itself is concerned. */
  #isOffered(image: Image): boolean {
    const cluster = this.#clusters.all.find(
      ({ name }) => name === image.cluster,
    );
    return (
      image.state === 'ready' &&
      !image.retirement &&
      !(cluster && whyUnverified(image, cluster))
    );
  }

  /** @throws NotFoundError */
  async get(key: ObjectKey, options: RequestOptions): Promise<Image> {
    await this.#authorizer.authorize(
      options.credentials,
      goldenImagesReadPermission,
    );
    this.#clusters.named(key.cluster);
    const tracked = await this.#tracking.reader.getImage(key);
    if (!tracked) {
      await requireConnection(this.#tracking, key.cluster);
      throw new NotFoundError(
        `There is no image "${key.namespace}/${key.name}" in cluster "${key.cluster}"`,
      );
    }
    return tracked.object;
  }

  /**
   * @throws NotAllowedError, InputError with every problem at once, ConflictError
   *   when the name is taken, ServiceUnavailableError
   */
  async import(
    request: ImportRequest,
    options: RequestOptions & { dryRun: boolean },
  ): Promise<ImportResponse> {
    const caller = await this.#authorizer.authorize(
      options.credentials,
      goldenImagesImportPermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    const name = this.#clusters.imageNamespace(cluster, request.namespace);
    return inPlainWords(cluster.name, async () => {
      const namespace = await this.#clusters.namespace(cluster, name);
      requireImporter(caller, cluster, namespace);
      return this.#import(
        withNormalOwner(request),
        caller,
        cluster,
        namespace,
        options,
      );
    });
  }

  /**
   * What stands in the way of an import, without writing anything.
   *
   * @throws NotAllowedError, ConflictError when the name is taken, ServiceUnavailableError
   */
  async check(
    request: ImportRequest,
    options: RequestOptions,
    verdict: Verdict,
  ): Promise<void> {
    const { target } = await this.draft(request, options, verdict);
    await inPlainWords(target.cluster, () => this.#create.earlier(target));
  }

  /**
   * What an import would make, whether its name is free or not. Writes nothing.
   *
   * @param verdict - takes what stands in its way
   * @throws NotAllowedError, InputError, ServiceUnavailableError
   */
  async draft(
    request: ImportRequest,
    options: RequestOptions,
    verdict: Verdict,
  ): Promise<ImportDraft> {
    const caller = await this.#authorizer.authorize(
      options.credentials,
      goldenImagesImportPermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    const name = this.#clusters.imageNamespace(cluster, request.namespace);
    return inPlainWords(cluster.name, async () => {
      const namespace = await this.#clusters.namespace(cluster, name);
      requireImporter(caller, cluster, namespace);
      const asker = { caller, signal: options.signal };
      const checked = await this.#check(
        request,
        asker,
        cluster,
        namespace,
        verdict,
      );
      const target = targetOf(request, cluster, namespace, true);
      const agreement = importAgreement(request, this.#clock);
      const manifest = manifestOf(request, cluster, target, {
        caller,
        agreement,
        ...checked,
      });
      const image = imageDraft(manifest, request, {
        cluster: cluster.name,
        requestedBy: caller.userRef,
        nowMs: this.#clock.nowMs(),
      });
      return { target, manifest, image };
    });
  }

  async #check(
    request: ImportRequest,
    { caller, signal }: { caller: Caller; signal?: AbortSignal },
    cluster: ClusterConfig,
    namespace: NamespaceFacts,
    verdict: Verdict,
  ): Promise<CheckedImport> {
    const { name: image, version } = request;
    const where = { cluster: cluster.name, namespace: namespace.name };
    const checked = await this.#checks.run(
      request,
      { caller, signal },
      cluster,
      namespace,
      verdict,
    );
    await this.#metadata.run(
      metadataOf(request),
      { ...where, image, version },
      caller,
      verdict,
    );
    return checked;
  }

  async #import(
    request: ImportRequest,
    caller: Caller,
    cluster: ClusterConfig,
    namespace: NamespaceFacts,
    { dryRun, signal }: { dryRun: boolean; signal?: AbortSignal },
  ): Promise<ImportResponse> {
    const target = targetOf(request, cluster, namespace, dryRun);
    const { identity } = target;
    const agreement = importAgreement(request, this.#clock);
    const earlier = await this.#create.earlier(target);
    const verdict = new Verdict();
    let checked: CheckedImport = {};
    if (!earlier) {
      checked = await this.#check(
        request,
        { caller, signal },
        cluster,
        namespace,
        verdict,
      );
      verdict.problems.throwIfAny();
    }
    const result =
      earlier ??
      (await this.#create.create(
        target,
        manifestOf(request, cluster, target, { caller, agreement, ...checked }),
      ));
    if (!result.created) {
      verdict.warn(unchangedMetadata(request, result.object));
    }
    if (!dryRun) {
      await this.#afterwards(target, caller, result.created);
      if (!result.created) {
        await extendDeadline(
          this.#tracking.client(cluster.name),
          result.object,
          agreement,
        );
      }
    }
    return {
      created: result.created,
      dryRun,
      image: await this.#asImage(result.object, request, target, caller),
      waitHandle: dryRun
        ? undefined
        : encodeWaitHandle({
            cluster: cluster.name,
            kind: 'image',
            namespace: namespace.name,
            name: target.name,
            requestHash: identity.hash,
            initiator: caller.userRef,
            uid: result.object.metadata.uid,
            onTimeout: agreement.onTimeout,
          }),
      warnings: [...verdict.warnings, ...result.warnings],
    };
  }

  async #afterwards(
    target: CreateTarget,
    caller: Caller,
    created: boolean,
  ): Promise<void> {
    const { cluster, namespace, name } = target;
    await this.#tracking.refresh({ cluster, namespace, name });
    if (!created) return;
    await this.#tracking.recordActivity({
      cluster,
      namespace,
      name,
      kind: 'image',
      action: 'import-requested',
      actor: caller.userRef,
      message: `Import of ${namespace}/${name} requested`,
    });
  }

  async #asImage(
    object: DataVolume | Claim,
    request: ImportRequest,
    target: CreateTarget,
    caller: Caller,
  ): Promise<Image> {
    const { cluster, namespace, name } = target;
    const key = { cluster, namespace, name };
    const tracked = await this.#tracking.reader.getImage(key);
    if (tracked && tracked.ownerUid === object.metadata.uid) {
      return tracked.object;
    }
    return imageDraft(object as DataVolume, request, {
      cluster,
      requestedBy:
        object.metadata.annotations?.[ANNOTATIONS.requestedBy] ??
        caller.userRef,
      nowMs: this.#clock.nowMs(),
    });
  }
}
