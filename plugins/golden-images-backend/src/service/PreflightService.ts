import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  goldenImagesClonePermission,
  type CloneRequest,
  type ImportRequest,
  type PreflightRequest,
  type PreflightResponse,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { ClusterDirectory } from './ClusterDirectory';
import type { ImageService, RequestOptions } from './ImageService';
import { asProblem, ProblemsError } from './Problems';
import type { Clones } from './clones';
import { inPlainWords } from './clusterErrors';
import { Verdict } from './preflight';

/** Answers whether an import or a clone would go through, and what it would take. Writes nothing. */
export class PreflightService {
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #clones: Clones;
  readonly #images: ImageService;

  constructor(options: {
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    clones: Clones;
    images: ImageService;
  }) {
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#clones = options.clones;
    this.#images = options.images;
  }

  /** @throws NotAllowedError, ServiceUnavailableError */
  async check(
    request: PreflightRequest,
    options: RequestOptions,
  ): Promise<PreflightResponse> {
    const verdict = new Verdict();
    const work = request.clone
      ? this.#clone(request.clone, options, verdict)
      : this.#import(request.import!, options, verdict);
    await work.catch(error => addTo(verdict, error));
    return verdict.asResponse();
  }

  async #clone(
    request: CloneRequest,
    options: RequestOptions,
    verdict: Verdict,
  ): Promise<void> {
    const caller = await this.#authorizer.authorize(
      options.credentials,
      goldenImagesClonePermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    await inPlainWords(cluster.name, async () => {
      const { order, namespace } = await this.#clones.order(request, caller);
      const { planner, writer } = this.#clones;
      // The same request again is no clash: it gets what is there.
      await writer.earlier(order, true).catch(error => addTo(verdict, error));
      await planner.plan(order, namespace, verdict);
    });
  }

  async #import(
    request: ImportRequest,
    options: RequestOptions,
    verdict: Verdict,
  ): Promise<void> {
    await this.#images.check(request, options, verdict);
  }
}

/** What a write would be refused for; anything else is an error here too. */
function addTo(verdict: Verdict, error: unknown): void {
  if (error instanceof ProblemsError) {
    verdict.problems.add(...error.problems);
  } else if (error instanceof NotFoundError) {
    verdict.problems.add(asProblem('image-not-found', error.message));
  } else if (error instanceof ConflictError) {
    verdict.problems.add({
      field: 'name',
      code: 'name-taken',
      message: error.message,
    });
  } else {
    throw error;
  }
}
