import { NotAllowedError } from '@backstage/errors';
import type {
  Image,
  ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { owns, type Caller } from '../../auth';
import type { ClusterConfig } from '../../config/types';
import type { Tracking } from '../../tracking';
import type { ClusterDirectory, NamespaceFacts } from '../ClusterDirectory';
import type { OriginRef } from './types';

/** The claim or snapshot of a request; `undefined` where the bytes come from elsewhere. */
export function originRef(
  { source }: Pick<ImportRequest, 'source'>,
  imageNamespace: string,
): OriginRef | undefined {
  const { pvc, snapshot } = source;
  if (pvc) {
    return {
      kind: 'pvc',
      namespace: imageNamespace,
      ...pvc,
      field: 'source.pvc',
    };
  }
  return (
    snapshot && {
      kind: 'snapshot',
      namespace: imageNamespace,
      ...snapshot,
      field: 'source.snapshot',
    }
  );
}

/**
 * Who may have an image made of what is in a namespace. CDI asks only for the
 * account of this backend, which may read everywhere, and an image is read by
 * everybody: so it takes the owner of the namespace, unless the source is an
 * image that everybody reads already.
 */
export class OriginAccess {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;

  constructor(options: { tracking: Tracking; clusters: ClusterDirectory }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
  }

  /**
   * @returns the namespace, and the image of ours that the source is
   * @throws NotAllowedError before anything else about the source is read or told
   */
  async require(
    caller: Caller,
    cluster: ClusterConfig,
    ref: OriginRef,
  ): Promise<{ namespace: NamespaceFacts; image?: Image }> {
    const namespace = await this.#clusters.namespace(cluster, ref.namespace);
    const image = await this.#ownImage(cluster, ref);
    if (image || owns(caller, namespace.owner)) return { namespace, image };
    throw new NotAllowedError(
      `${ref.field}.namespace: "${ref.namespace}" in cluster "${
        cluster.name
      }" ${
        namespace.owner
          ? `belongs to ${namespace.owner}, not to ${caller.userRef}`
          : 'has no owner, so only administrators may copy from it'
      }, and an image is for everybody; choose what is in a namespace of your own, or a golden image`,
    );
  }

  async #ownImage(
    cluster: ClusterConfig,
    { kind, namespace, name }: OriginRef,
  ): Promise<Image | undefined> {
    if (kind !== 'pvc' || !cluster.imageNamespaces.includes(namespace)) {
      return undefined;
    }
    const key = { cluster: cluster.name, namespace, name };
    await this.#tracking.refresh(key);
    const row = await this.#tracking.reader.getImage(key);
    return row?.object.ours ? row.object : undefined;
  }
}
