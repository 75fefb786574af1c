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
import type { Preflight, Verdict } from './preflight';

/** What a clone needs of its cluster beside the image. */
export class CloneChecks {
  readonly #tracking: Tracking;
  readonly #preflight: Preflight;

  constructor(options: { tracking: Tracking; preflight: Preflight }) {
    this.#tracking = options.tracking;
    this.#preflight = options.preflight;
  }

  /** Size, class and modes of the clone, explicit in every case. */
  async target(
    request: CloneRequest,
    source: CloneSource,
    cluster: ClusterConfig,
    verdict: Verdict,
  ): Promise<CloneTarget> {
    const size =
      request.size === undefined
        ? source.capacity
        : Quantity.parse(request.size);
    if (size.compare(source.capacity) < 0) {
      verdict.problems.add({
        field: 'size',
        code: 'too-small',
        message: `must be at least that of the image's volume, ${source.capacity} (asked for: ${request.size})`,
      });
    }
    const storageClass = request.storageClass ?? source.storageClass;
    const target: CloneTarget = {
      namespace: request.namespace,
      name: request.name,
      size,
      storageClass,
      // Longhorn refuses ReadOnlyMany.
      accessModes: request.accessModes ?? [
        source.accessModes.find(mode => mode !== 'ReadOnlyMany') ??
          'ReadWriteOnce',
      ],
      bindImmediately:
        request.bindImmediately === true &&
        (await this.#waitsForPod(cluster, storageClass)),
    };
    const viaDataVolume = needsDataVolume(source, target);
    await this.#preflight.clone(
      cluster,
      { source, target, viaDataVolume },
      verdict,
    );
    return target;
  }

  async #waitsForPod(cluster: ClusterConfig, name: string | undefined) {
    const classes = await this.#tracking.storageClasses(cluster.name);
    const found = classes.find(candidate =>
      name === undefined ? candidate.isDefault : candidate.name === name,
    );
    return found?.bindingMode !== 'Immediate';
  }
}
