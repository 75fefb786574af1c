import type { Tracking } from '../../tracking';
import type { Clock } from '../Clock';
import { CloneChecks } from '../CloneChecks';
import { CloneSourceResolver } from '../CloneSourceResolver';
import type { ClusterDirectory, NamespaceFacts } from '../ClusterDirectory';
import { namespaceProblem } from '../cloneNamespace';
import type { Preflight, Verdict } from '../preflight';
import type { CloneOrder } from './CloneOrder';
import type { CloneDraft } from './CloneWriter';

/** Resolves an order and holds it against its cluster. */
export class ClonePlanner {
  readonly #checks: CloneChecks;
  readonly #sources: CloneSourceResolver;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    preflight: Preflight;
    clock: Clock;
    admins: string[];
  }) {
    this.#checks = new CloneChecks(options);
    this.#sources = new CloneSourceResolver(options);
  }

  /**
   * @returns what it was resolved to, as far as the problems that were added to
   *   the verdict allow
   * @throws NotFoundError naming who can import the image
   */
  async plan(
    order: CloneOrder,
    namespace: NamespaceFacts,
    verdict: Verdict,
  ): Promise<CloneDraft | undefined> {
    const { request, cluster, imageNamespace } = order;
    const problem = namespaceProblem(namespace, cluster);
    verdict.problems.add(problem);
    const source = await this.#sources.resolve(
      request,
      cluster,
      imageNamespace,
      verdict,
    );
    if (!source) return undefined;
    const target = await this.#checks.target(request, source, cluster, verdict);
    return { source, target };
  }
}
