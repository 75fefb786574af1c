import {
  goldenImagesImportPermission,
  type ImageProbeResult,
  type ProbeRequest,
} from '@golden-images/plugin-golden-images-common';
import type { Authorizer } from '../auth';
import type { ClusterDirectory } from './ClusterDirectory';
import { inPlainWords } from './clusterErrors';
import type { RequestOptions } from './ImageService';
import type { ImportSizer } from './importSize';
import { requireImporter } from './requireImporter';

/** Answers what an image is before anybody asks to import it. */
export class ProbeService {
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #sizer: ImportSizer;

  constructor(options: {
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    sizer: ImportSizer;
  }) {
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#sizer = options.sizer;
  }

  /**
   * For whom may import into that namespace; others learn nothing of networks.
   *
   * @throws NotAllowedError, InputError, the signal's reason when aborted
   */
  async probe(
    request: ProbeRequest,
    { credentials, signal }: RequestOptions,
  ): Promise<ImageProbeResult> {
    const caller = await this.#authorizer.authorize(
      credentials,
      goldenImagesImportPermission,
    );
    const cluster = this.#clusters.ofRequest(request.cluster);
    const name = this.#clusters.imageNamespace(cluster, request.namespace);
    return inPlainWords(cluster.name, async () => {
      const namespace = await this.#clusters.namespace(cluster, name);
      requireImporter(caller, cluster, namespace);
      const asker = { caller: caller.userRef, signal };
      return this.#sizer.look(request, cluster, asker);
    });
  }
}
