import { InputError } from '@backstage/errors';
import {
  goldenImagesClonePermission,
  type CloneRequest,
  type ImportRequest,
  type ManifestsRequest,
  type ManifestsResponse,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import { RESOURCES, type KubernetesObject } from '../kubernetes/ClusterClient';
import {
  aliasManifest,
  gitOpsManifest,
  isOurAlias,
  type DataSource,
} from '../manifests';
import type { ObjectKey, Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import { withNormalOwner } from './ImageMetadataChecks';
import type { ImageService, RequestOptions } from './ImageService';
import { ProblemsError } from './Problems';
import { manifestOf, type Clones } from './clones';
import { inPlainWords } from './clusterErrors';
import { volumeDraft } from './drafts';
import { findExisting } from './existingObject';
import { Verdict } from './preflight';

/**
 * What stands in the way of a write of ours now, and may not when somebody else
 * applies the objects later.
 */
const OF_THE_MOMENT: readonly Problem['code'][] = [
  'object-count',
  'quota',
  'right-missing',
  'webhook-missing',
];

/**
 * The objects of an import or a clone as they are kept in Git: made by the same
 * rules as those that are written to the cluster. Writes nothing.
 */
export class ManifestService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;
  readonly #clones: Clones;
  readonly #images: ImageService;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    clock: Clock;
    clones: Clones;
    images: ImageService;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#clock = options.clock;
    this.#clones = options.clones;
    this.#images = options.images;
  }

  /**
   * @throws NotAllowedError for whoever may not do it by the portal either,
   *   NotFoundError, InputError with every lasting problem, ServiceUnavailableError
   */
  async make(
    request: ManifestsRequest,
    options: RequestOptions,
  ): Promise<ManifestsResponse> {
    const verdict = new Verdict();
    const made = request.clone
      ? await this.#clone(request.clone, options, verdict)
      : await this.#import(request.import!, options, verdict);
    return {
      ...made,
      manifests: made.manifests.map(gitOpsManifest).map(asAnswer),
      warnings: verdict.warnings,
    };
  }

  async #import(
    request: ImportRequest,
    options: RequestOptions,
    verdict: Verdict,
  ) {
    const draft = await this.#images.draft(
      withNormalOwner(request),
      options,
      verdict,
    );
    refuseLasting(verdict);
    const { target, manifest, image } = draft;
    return inPlainWords(target.cluster, async () => {
      await this.#warnTaken(target, verdict);
      const alias =
        request.setCurrent !== false &&
        !(await this.#keepsAlias(target, request.name, verdict)) &&
        aliasManifest({
          namespace: target.namespace,
          image: request.name,
          claimName: target.name,
        });
      return {
        manifests: [manifest, ...(alias ? [alias] : [])] as KubernetesObject[],
        object: { ...image, ours: false, requestedBy: undefined },
      };
    });
  }

  async #clone(
    request: CloneRequest,
    { credentials }: RequestOptions,
    verdict: Verdict,
  ) {
    const caller = await this.#authorizer.authorize(
      credentials,
      goldenImagesClonePermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    return inPlainWords(cluster.name, async () => {
      const { order, namespace } = await this.#clones.order(request, caller);
      const draft = await this.#clones.planner.plan(order, namespace, verdict);
      refuseLasting(verdict);
      if (!draft) throw new InputError('image: cannot be cloned');
      await this.#warnTaken({ ...request, cluster: cluster.name }, verdict);
      const manifest = manifestOf(order, draft);
      const volume = volumeDraft(
        manifest,
        {
          source: draft.source,
          entityRef: order.entityRef,
          owner: namespace.owner,
        },
        {
          cluster: cluster.name,
          requestedBy: caller.userRef,
          nowMs: this.#clock.nowMs(),
        },
      );
      return {
        manifests: [manifest] as KubernetesObject[],
        object: { ...volume, ours: false, requestedBy: undefined },
      };
    });
  }

  async #warnTaken(key: ObjectKey, verdict: Verdict): Promise<void> {
    const { cluster, namespace, name } = key;
    const client = this.#tracking.client(cluster);
    if (await findExisting(client, { namespace, name })) {
      verdict.warn(
        `name: there is a "${namespace}/${name}" in cluster "${cluster}" already; applied from Git, it would be changed instead of made`,
      );
    }
  }

  /** Whether the alias is the portal's own: it and Git would move it in turns. */
  async #keepsAlias(
    { cluster, namespace }: ObjectKey,
    name: string,
    verdict: Verdict,
  ): Promise<boolean> {
    const alias = await this.#tracking
      .client(cluster)
      .get<DataSource>({ type: RESOURCES.dataSources, namespace, name });
    if (!alias || !isOurAlias(alias)) return false;
    verdict.warn(
      `setCurrent: the DataSource "${namespace}/${name}" is kept by the portal, so it is left out; whoever clones this version has to name it`,
    );
    return true;
  }
}

/** @throws ProblemsError with all that time does not heal; warns of the rest */
function refuseLasting(verdict: Verdict): void {
  const { list } = verdict.problems;
  const lasting = list.filter(({ code }) => !OF_THE_MOMENT.includes(code));
  if (lasting.length > 0) throw new ProblemsError(lasting);
  verdict.warn(...list.map(({ field, message }) => `${field}: ${message}`));
}

/** With the namespace that all objects of ours have. */
function asAnswer(object: KubernetesObject) {
  const { name, namespace = '' } = object.metadata;
  return {
    ...object,
    metadata: { ...object.metadata, name, namespace },
  };
}
