import {
  goldenImagesReadPermission,
  type ClusterStatus,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { Tracking } from '../tracking';
import type { RequestOptions } from './ImageService';

/** The configured clusters, and how fresh what is shown of them is. */
export class ClusterService {
  readonly #tracking: Tracking;
  readonly #authorizer: Authorizer;

  constructor(options: { tracking: Tracking; authorizer: Authorizer }) {
    this.#tracking = options.tracking;
    this.#authorizer = options.authorizer;
  }

  async list(options: RequestOptions): Promise<{ items: ClusterStatus[] }> {
    await this.#authorizer.authorize(
      options.credentials,
      goldenImagesReadPermission,
    );
    return { items: await this.#tracking.clusterStatus() };
  }
}
