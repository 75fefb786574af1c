import {
  goldenImagesClonePermission,
  type CloneRequest,
  type CloneResponse,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import { CloneIntake, type Clones } from './clones';
import { inPlainWords } from './clusterErrors';

/** Clones of golden images as idempotent creates. */
export class VolumeService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #intake: CloneIntake;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    clock: Clock;
    clones: Clones;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#intake = new CloneIntake(options);
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
    return inPlainWords(cluster.name, async () => {
      const { answer, acceptable } = await this.#intake.prepare(
        request,
        caller,
        options.dryRun,
      );
      if (answer) return answer;
      const entry = this.#intake.entryOf(acceptable);
      const entered = await this.#tracking.queue.enter(entry);
      return this.#intake.finish(acceptable, entered);
    });
  }
}
