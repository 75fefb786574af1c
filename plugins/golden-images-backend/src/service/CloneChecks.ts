import {
  Quantity,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../config/types';
import {
  needsDataVolume,
  type CloneSource,
  type CloneTarget,
} from '../manifests';
import type { Tracking } from '../tracking';
import { ClusterChecks } from './ClusterChecks';
import type { Problems } from './Problems';

/** What a clone needs of its cluster beside the image. */
export class CloneChecks {
  readonly #tracking: Tracking;
  readonly #cluster: ClusterChecks;

  constructor(tracking: Tracking) {
    this.#tracking = tracking;
    this.#cluster = new ClusterChecks(tracking);
  }

  /** Size, class and modes of the clone, explicit in every case. */
  async target(
    request: CloneRequest,
    source: CloneSource,
    cluster: ClusterConfig,
    problems: Problems,
  ): Promise<CloneTarget> {
    const size =
      request.size === undefined
        ? source.capacity
        : Quantity.parse(request.size);
    if (size.compare(source.capacity) < 0) {
      problems.add(
        `size: must be at least that of the image's volume, ${source.capacity} (asked for: ${request.size})`,
      );
    }
    const target = {
      namespace: request.namespace,
      name: request.name,
      size,
      storageClass: request.storageClass ?? source.storageClass,
      // Longhorn refuses ReadOnlyMany.
      accessModes: request.accessModes ?? [
        source.accessModes.find(mode => mode !== 'ReadOnlyMany') ??
          'ReadWriteOnce',
      ],
    };
    problems.add(await this.#sameDriver(target.storageClass, source, cluster));
    if (needsDataVolume(source, target)) {
      problems.add(await this.#cluster.cdiMissing(cluster, request.namespace));
    }
    return target;
  }

  async #sameDriver(
    name: string | undefined,
    source: CloneSource,
    cluster: ClusterConfig,
  ): Promise<string | undefined> {
    const { found, problem } = await this.#cluster.storageClass(cluster, name);
    if (!found || problem) return problem;
    const claim = await this.#tracking.sourceClaim({
      cluster: cluster.name,
      namespace: source.namespace,
      name: source.name,
    });
    return claim?.driver !== undefined && claim.driver !== found.provisioner
      ? `storageClass: "${found.name}" is of ${found.provisioner}, but the image is on ${claim.driver}; name a class of that driver`
      : undefined;
  }
}
