import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  goldenImagesClonePermission,
  type CloneBatchItem,
  type CloneBatchRequest,
  type CloneBatchResponse,
  type CloneRequest,
  type CloneResponse,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer, Caller } from '../auth';
import { inBatches } from '../database/batches';
import type { Entered, Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import {
  CloneIntake,
  asRefusal,
  requireDistinct,
  type Acceptable,
  type Clones,
} from './clones';
import { inPlainWords } from './clusterErrors';

/** Looked at together: what they need to know is read once for all of them. */
const MANY = 250;
/** A dry run asks the cluster about each. */
const FEW = 20;

/** What became of an item: its end, or what is to be accepted. */
type Step =
  | { acceptable: Acceptable; ended?: undefined }
  | { acceptable?: undefined; ended: PromiseSettledResult<CloneResponse> };

/**
 * Many clones in one request. Each is what it would be alone: authorised for its
 * namespace and entity, checked, accepted or refused, with a result of its own.
 * Those that are accepted are so in one transaction for each cluster, in the
 * order of the request.
 */
export class CloneBatchService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #logger: LoggerService;
  readonly #intake: CloneIntake;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    clock: Clock;
    clones: Clones;
    logger: LoggerService;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#logger = options.logger;
    this.#intake = new CloneIntake(options);
  }

  /**
   * @returns what became of each, in the order of the items
   * @throws NotAllowedError when the caller may clone nothing; ProblemsError
   *   when two items ask for one name. Nothing is written then.
   */
  async clone(
    { items: requests }: CloneBatchRequest,
    options: RequestOptions & { dryRun: boolean },
  ): Promise<CloneBatchResponse> {
    const { credentials, dryRun } = options;
    const caller = await this.#authorizer.authorize(
      credentials,
      goldenImagesClonePermission,
    );
    requireDistinct(requests, this.#clusters);
    const steps: Step[] = [];
    for (const some of inBatches(requests, dryRun ? FEW : MANY)) {
      steps.push(
        ...(await Promise.all(
          some.map(request => this.#prepare(request, caller, dryRun)),
        )),
      );
    }
    const ends = await this.#accept(steps);
    return {
      dryRun,
      items: ends.map((end, index) => this.#asItem(end, requests[index])),
    };
  }

  async #prepare(
    request: CloneRequest,
    caller: Caller,
    dryRun: boolean,
  ): Promise<Step> {
    try {
      const { name } = this.#clusters.ofRequest(request.cluster);
      const { answer, acceptable } = await inPlainWords(name, () =>
        this.#intake.prepare(request, caller, dryRun),
      );
      return answer
        ? { ended: { status: 'fulfilled', value: answer } }
        : { acceptable };
    } catch (reason) {
      return { ended: { status: 'rejected', reason } };
    }
  }

  /** Those that nothing speaks against, by cluster; the others have ended. */
  async #accept(steps: Step[]): Promise<PromiseSettledResult<CloneResponse>[]> {
    const clusters = new Map<string, Acceptable[]>();
    for (const { acceptable } of steps) {
      if (!acceptable) continue;
      const { name } = acceptable.order.cluster;
      const others = clusters.get(name);
      if (others) others.push(acceptable);
      else clusters.set(name, [acceptable]);
    }
    const accepted = new Map<Acceptable, Promise<CloneResponse>>();
    await Promise.all(
      [...clusters].map(async ([cluster, all]) => {
        const entered = await this.#tracking.queue.enterAll(
          cluster,
          all.map(each => this.#intake.entryOf(each)),
        );
        all.forEach((each, index) =>
          accepted.set(each, this.#finish(each, entered[index])),
        );
      }),
    );
    return Promise.allSettled(
      steps.map(({ acceptable, ended }) =>
        acceptable ? accepted.get(acceptable)! : fromEnd(ended),
      ),
    );
  }

  async #finish(
    acceptable: Acceptable,
    entered: PromiseSettledResult<Entered>,
  ): Promise<CloneResponse> {
    return inPlainWords(acceptable.order.cluster.name, async () =>
      this.#intake.finish(acceptable, await fromEnd(entered)),
    );
  }

  #asItem(
    end: PromiseSettledResult<CloneResponse>,
    { namespace, name }: CloneRequest,
  ): CloneBatchItem {
    if (end.status === 'fulfilled') {
      const { created, volume, waitHandle, warnings } = end.value;
      return { created, volume, waitHandle, warnings };
    }
    const refusal = asRefusal(end.reason);
    if (refusal) return { error: refusal };
    this.#logger.error(
      `The clone ${namespace}/${name} of a request for many failed`,
      asError(end.reason),
    );
    return {
      error: {
        name: 'InternalServerError',
        message:
          'It failed for a reason that is in the log of the backend. Ask again: the same request never makes a second volume.',
      },
    };
  }
}

async function fromEnd<T>(end: PromiseSettledResult<T>): Promise<T> {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

function asError(error: unknown): Error {
  return isError(error) ? error : new Error(String(error));
}
