import { InputError } from '@backstage/errors';
import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import {
  normalizeEntityRef,
  type EntityAccess,
  type Requester,
} from '../../auth';
import type { ClusterConfig } from '../../config/types';
import type { Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import type { ClusterDirectory, NamespaceFacts } from '../ClusterDirectory';
import { requireOwner } from '../cloneNamespace';
import type { Preflight } from '../preflight';
import { cloneAgreement } from '../waitAgreement';
import { kubernetesIdOf, type CloneOrder } from './CloneOrder';
import { ClonePlanner } from './ClonePlanner';
import { CloneWriter } from './CloneWriter';

/** What clones are made with: by a request, by its turn, and by a pre-flight alike. */
export class Clones {
  readonly planner: ClonePlanner;
  readonly writer: CloneWriter;
  readonly #clusters: ClusterDirectory;
  readonly #entities: EntityAccess;
  readonly #clock: Clock;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    entities: EntityAccess;
    preflight: Preflight;
    clock: Clock;
    admins: string[];
  }) {
    this.planner = new ClonePlanner(options);
    this.writer = new CloneWriter(options);
    this.#clusters = options.clusters;
    this.#entities = options.entities;
    this.#clock = options.clock;
  }

  /**
   * A request with its defaults, once namespace and entity are known to be the
   * requester's.
   *
   * @throws NotAllowedError, InputError, NotFoundError
   */
  async order(
    request: CloneRequest,
    requester: Requester,
  ): Promise<{ order: CloneOrder; namespace: NamespaceFacts }> {
    const cluster = this.#clusters.ofRequest(request.cluster);
    const imageNamespace = this.#imageNamespace(request, cluster);
    const namespace = await this.#clusters.namespace(
      cluster,
      request.namespace,
    );
    requireOwner(requester, cluster, namespace);
    const entityRef =
      request.entityRef === undefined
        ? undefined
        : normalizeEntityRef(request.entityRef, 'entityRef');
    const entity =
      entityRef === undefined
        ? undefined
        : await this.#entities.requireOwnerIfPresent(entityRef, requester);
    const { userRef, ownershipRefs, admin } = requester;
    const order = {
      request,
      cluster,
      imageNamespace,
      person: { userRef, ownershipRefs, admin },
      entityRef,
      kubernetesId: kubernetesIdOf(entityRef, entity?.kubernetesId),
      agreement: cloneAgreement(request, this.#clock),
    };
    return { order, namespace };
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
}
