import {
  Quantity,
  type ImportRequest,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../../auth';
import type { ClusterConfig } from '../../config/types';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import { imageObjectName, type ImageOrigin } from '../../manifests';
import type { Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import type { ClusterDirectory, NamespaceFacts } from '../ClusterDirectory';
import { Verdict, type Preflight } from '../preflight';
import { checkRight } from '../preflight/checkPlatform';
import { findClass } from '../preflight/storageClass';
import { ClaimOrigins } from './ClaimOrigins';
import { OriginAccess } from './OriginAccess';
import { SnapshotOrigins } from './SnapshotOrigins';
import { largerWarning, mismatches, modeWarning } from './mismatches';
import { writersOf } from './writersOf';
import type { FoundOrigin, OriginRef } from './types';

/** Finds the claim or snapshot that an image is to be made of, and what stands in the way. */
export class ImageOrigins {
  readonly #tracking: Tracking;
  readonly #preflight: Preflight;
  readonly #access: OriginAccess;
  readonly #claims: ClaimOrigins;
  readonly #snapshots: SnapshotOrigins;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    preflight: Preflight;
    clock: Clock;
  }) {
    this.#tracking = options.tracking;
    this.#preflight = options.preflight;
    this.#access = new OriginAccess(options);
    this.#claims = new ClaimOrigins(options);
    this.#snapshots = new SnapshotOrigins(options);
  }

  /**
   * @returns `undefined` after adding to `verdict` why no image can be made of it
   * @throws NotAllowedError when it is not the caller's
   */
  async resolve(
    ref: OriginRef,
    request: ImportRequest,
    asked: {
      caller: Caller;
      cluster: ClusterConfig;
      imageNamespace: NamespaceFacts;
    },
    verdict: Verdict,
  ): Promise<ImageOrigin | undefined> {
    const { caller, cluster, imageNamespace } = asked;
    const { namespace, image } = await this.#access.require(
      caller,
      cluster,
      ref,
    );
    const gone = namespaceProblem(namespace, ref, cluster);
    if (gone) {
      verdict.problems.add(gone);
      return undefined;
    }
    const found = await this.#find(ref, cluster, image, verdict);
    if (!found) return undefined;
    verdict.problems.add(...mismatches(request, found.origin));
    verdict.warn(
      largerWarning(request, found.origin),
      modeWarning(request, found.origin),
    );
    if (image?.drift?.length) {
      verdict.warn(
        `"${ref.namespace}/${ref.name}" has changed since it was published, so its bytes count as not verified.`,
      );
    }
    if (imageNamespace.exists !== false && !imageNamespace.terminating) {
      await this.#preflightOf(found, request, cluster, imageNamespace, verdict);
    }
    return this.#complete(found, request, cluster);
  }

  async #find(
    ref: OriginRef,
    cluster: ClusterConfig,
    image: Parameters<ClaimOrigins['find']>[2],
    verdict: Verdict,
  ): Promise<FoundOrigin | undefined> {
    const type =
      ref.kind === 'pvc' ? RESOURCES.claims : RESOURCES.volumeSnapshots;
    const rights = new Verdict();
    const facts = this.#preflight.facts(cluster.name);
    await checkRight(facts, 'get', type, ref.namespace, rights);
    verdict.take(rights);
    if (rights.problems.any) return undefined;
    return ref.kind === 'pvc'
      ? this.#claims.find(ref, cluster, image, verdict)
      : this.#snapshots.find(ref, cluster, verdict);
  }

  /** The class is written out: a claim without one gets whatever is the default by then. */
  async #complete(
    { origin, volume }: FoundOrigin,
    request: ImportRequest,
    cluster: ClusterConfig,
  ): Promise<ImageOrigin> {
    if (request.storageClass ?? cluster.storageClass ?? origin.storageClass) {
      return origin;
    }
    const classes = await this.#tracking.storageClasses(cluster.name);
    const chosen =
      findClass(classes, undefined) ??
      classes.find(({ provisioner }) => provisioner === volume.driver);
    return { ...origin, storageClass: chosen?.name };
  }

  async #preflightOf(
    { origin, volume }: FoundOrigin,
    request: ImportRequest,
    cluster: ClusterConfig,
    { name: namespace }: NamespaceFacts,
    verdict: Verdict,
  ): Promise<void> {
    const { kind, size, volumeMode } = origin;
    const storageClass =
      request.storageClass ?? cluster.storageClass ?? origin.storageClass;
    const asked = Quantity.tryParse(request.size);
    await this.#preflight.clone(
      cluster,
      {
        source: {
          namespace: origin.namespace,
          name: origin.name,
          uid: origin.uid,
          image: request.name,
          capacity: size,
          volumeMode: volumeMode ?? request.volumeMode ?? 'Filesystem',
          accessModes: ['ReadWriteOnce'],
        },
        target: {
          namespace,
          name: imageObjectName(request.name, request.version),
          size: asked && asked.compare(size) > 0 ? asked : size,
          storageClass,
          accessModes: ['ReadWriteOnce'],
          bindImmediately: true,
        },
        viaDataVolume: true,
        makesImage: {
          field: `source.${kind}`,
          fromSnapshot: kind === 'snapshot',
          volume,
          writers:
            kind === 'pvc'
              ? await writersOf(this.#tracking.client(cluster.name), origin)
              : [],
        },
      },
      verdict,
    );
  }
}

function namespaceProblem(
  { name, exists, terminating }: NamespaceFacts,
  { field }: OriginRef,
  cluster: ClusterConfig,
): Problem | undefined {
  if (exists === false) {
    return {
      field: `${field}.namespace`,
      code: 'namespace-missing',
      message: `"${name}" does not exist in cluster "${cluster.name}"`,
    };
  }
  // CDI makes temporary claims beside the source.
  return terminating
    ? {
        field: `${field}.namespace`,
        code: 'namespace-terminating',
        message: `"${name}" is being deleted`,
      }
    : undefined;
}
