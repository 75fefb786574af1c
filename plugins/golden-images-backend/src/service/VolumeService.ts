import { InputError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesClonePermission,
  type CloneRequest,
  type CloneResponse,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import {
  normalizeEntityRef,
  type Authorizer,
  type Caller,
  type EntityAccess,
} from '../auth';
import type { ClusterConfig } from '../config/types';
import {
  cloneIdentity,
  cloneManifest,
  type Claim,
  type CloneSource,
  type DataVolume,
} from '../manifests';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import { CloneChecks } from './CloneChecks';
import { CloneSourceResolver } from './CloneSourceResolver';
import type { ClusterDirectory, NamespaceFacts } from './ClusterDirectory';
import {
  IdempotentCreate,
  type CreateResult,
  type CreateTarget,
} from './IdempotentCreate';
import type { RequestOptions } from './ImageService';
import { inPlainWords } from './clusterErrors';
import { namespaceProblems, requireOwner } from './cloneNamespace';
import { volumeDraft } from './drafts';
import { extendDeadline } from './extendDeadline';
import { cloneAgreement } from './waitAgreement';
import { encodeWaitHandle } from './waitHandle';

/** Clones of golden images as idempotent creates. */
export class VolumeService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #entities: EntityAccess;
  readonly #clock: Clock;
  readonly #checks: CloneChecks;
  readonly #sources: CloneSourceResolver;
  readonly #create: IdempotentCreate;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    entities: EntityAccess;
    clock: Clock;
    admins: string[];
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#entities = options.entities;
    this.#clock = options.clock;
    this.#checks = new CloneChecks(options.tracking);
    this.#sources = new CloneSourceResolver(options);
    this.#create = new IdempotentCreate(options);
  }

  /**
   * Clones a ready image into a namespace of the caller's.
   *
   * @throws NotAllowedError, NotFoundError naming who can import the image,
   *   InputError with every problem at once, ConflictError when the name is
   *   taken, ServiceUnavailableError
   */
  async clone(
    request: CloneRequest,
    options: RequestOptions & { dryRun: boolean },
  ): Promise<CloneResponse> {
    const caller = await this.#authorizer.authorize(
      options.credentials,
      goldenImagesClonePermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    const imageNamespace = this.#imageNamespace(request, cluster);
    return inPlainWords(cluster.name, async () => {
      const namespace = await this.#clusters.namespace(
        cluster,
        request.namespace,
      );
      requireOwner(caller, cluster, namespace);
      const run = {
        request,
        caller,
        cluster,
        imageNamespace,
        dryRun: options.dryRun,
      };
      return this.#clone(run, namespace);
    });
  }

  async #clone(run: Run, namespace: NamespaceFacts): Promise<CloneResponse> {
    const { request, caller, cluster, imageNamespace, dryRun } = run;
    const entityRef =
      request.entityRef === undefined
        ? undefined
        : normalizeEntityRef(request.entityRef, 'entityRef');
    const entity =
      entityRef === undefined
        ? undefined
        : await this.#entities.requireOwnerIfPresent(entityRef, caller);
    const identity = cloneIdentity(request, { imageNamespace, entityRef });
    const target: CreateTarget = {
      cluster: cluster.name,
      kind: 'volume',
      namespace: request.namespace,
      name: request.name,
      identity,
      replaceFailed: request.replaceFailed ?? false,
      dryRun,
    };
    const agreement = cloneAgreement(request, this.#clock);
    // What an earlier run was resolved to wins: the alias may have moved.
    const earlier = await this.#create.earlier(target);
    if (earlier) {
      if (!dryRun) {
        await extendDeadline(
          this.#tracking.client(cluster.name),
          earlier.object,
          agreement,
        );
      }
      return this.#answer(run, target, earlier, agreement.onTimeout);
    }
    const problems = namespaceProblems(namespace, cluster);
    const source = await this.#sources.resolve(
      request,
      cluster,
      imageNamespace,
      problems,
    );
    const clone =
      source && (await this.#checks.target(request, source, cluster, problems));
    problems.throwIfAny();
    if (!source || !clone) {
      throw new InputError('image: cannot be cloned');
    }
    const manifest = cloneManifest({
      source,
      target: {
        ...clone,
        entityRef,
        kubernetesId: kubernetesIdOf(entityRef, entity?.kubernetesId),
      },
      identity,
      provenance: {
        requestedBy: caller.userRef,
        taskId: request.taskId,
        ...agreement,
      },
    });
    const result = await this.#create.create(target, manifest, answer =>
      sourceDropped(answer, source),
    );
    if (!dryRun) await this.#afterwards(target, caller, result.created);
    return this.#answer(run, target, result, agreement.onTimeout, {
      source,
      entityRef,
      owner: namespace.owner,
    });
  }

  #imageNamespace(request: CloneRequest, cluster: ClusterConfig): string {
    try {
      return this.#clusters.imageNamespace(cluster, request.image.namespace);
    } catch (error) {
      throw error instanceof InputError
        ? new InputError(`image.${error.message}`)
        : error;
    }
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
      action: 'clone-requested',
      actor: caller.userRef,
      message: `Clone ${namespace}/${name} requested`,
    });
  }

  async #answer(
    run: Run,
    target: CreateTarget,
    result: CreateResult,
    onTimeout: 'delete' | 'keep',
    draft?: { source: CloneSource; entityRef?: string; owner?: string },
  ): Promise<CloneResponse> {
    const { cluster, namespace, name } = target;
    const { uid, annotations } = result.object.metadata;
    return {
      created: result.created,
      dryRun: run.dryRun,
      volume: await this.#asVolume(run, target, result, draft),
      waitHandle: run.dryRun
        ? undefined
        : encodeWaitHandle({
            cluster,
            kind: 'volume',
            namespace,
            name,
            requestHash: annotations?.[ANNOTATIONS.requestHash],
            initiator: run.caller.userRef,
            uid,
            onTimeout,
          }),
      warnings: result.warnings,
    };
  }

  async #asVolume(
    run: Run,
    target: CreateTarget,
    result: CreateResult,
    draft?: { source: CloneSource; entityRef?: string; owner?: string },
  ): Promise<Volume> {
    const { cluster, namespace, name } = target;
    const { object } = result;
    const tracked = await this.#tracking.reader.getVolume({
      cluster,
      namespace,
      name,
    });
    if (tracked && tracked.ownerUid === object.metadata.uid) {
      return tracked.object;
    }
    return volumeDraft(object, draft, {
      cluster,
      requestedBy:
        object.metadata.annotations?.[ANNOTATIONS.requestedBy] ??
        run.caller.userRef,
      nowMs: this.#clock.nowMs(),
    });
  }
}

interface Run {
  request: CloneRequest;
  caller: Caller;
  cluster: ClusterConfig;
  imageNamespace: string;
  dryRun: boolean;
}

/** The component's id for the Kubernetes plugin; by convention its name. */
function kubernetesIdOf(
  entityRef: string | undefined,
  annotated: string | undefined,
): string | undefined {
  return annotated ?? entityRef?.split('/').at(-1);
}

/** Kubernetes drops a data source that it does not know, and makes an empty volume (1.36). */
function sourceDropped(
  answer: DataVolume | Claim,
  source: CloneSource,
): string | undefined {
  const name =
    answer.kind === 'DataVolume'
      ? (answer as DataVolume).spec.source?.pvc?.name
      : (answer as Claim).spec.dataSource?.name;
  return name === source.name
    ? undefined
    : 'The cluster dropped the source of the clone, so the volume would be empty; nothing was left behind. An administrator can look which admission rule does that.';
}
