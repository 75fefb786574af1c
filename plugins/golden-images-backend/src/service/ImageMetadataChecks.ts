import { parseEntityRef } from '@backstage/catalog-model';
import type {
  Deprecation,
  ImportRequest,
  UpdateImageRequest,
} from '@golden-images/plugin-golden-images-common';
import { normalizeEntityRef, type Caller, type EntityAccess } from '../auth';
import type { KubernetesObject } from '../kubernetes/ClusterClient';
import {
  METADATA_ANNOTATIONS,
  METADATA_FIELDS,
  imageObjectName,
  metadataAnnotations,
} from '../manifests';
import type { Tracking } from '../tracking';
import type { Verdict } from './preflight';

const OWNER_KINDS = ['group', 'user'];

/** Which version of an image is described. */
interface Described {
  cluster: string;
  namespace: string;
  image: string;
  version?: string;
}

/** What people say of an image, held against catalog and images. */
export class ImageMetadataChecks {
  readonly #tracking: Tracking;
  readonly #entities: EntityAccess;

  constructor(options: { tracking: Tracking; entities: EntityAccess }) {
    this.#tracking = options.tracking;
    this.#entities = options.entities;
  }

  /** Adds problems, and warnings about what may become true yet. */
  async run(
    metadata: UpdateImageRequest,
    described: Described,
    caller: Caller,
    verdict: Verdict,
  ): Promise<void> {
    const { owner, deprecated } = metadata;
    if (owner) await this.#owner(owner, caller, verdict);
    if (deprecated?.successor) {
      await this.#successor(deprecated.successor, described, verdict);
    }
  }

  /** The catalog may learn of an owner later, or hide it from this caller, so that one that is not seen is a warning. */
  async #owner(owner: string, caller: Caller, verdict: Verdict): Promise<void> {
    const ref = normalizeEntityRef(owner, 'owner');
    const { kind } = parseEntityRef(ref);
    if (!OWNER_KINDS.includes(kind)) {
      verdict.problems.add({
        field: 'owner',
        code: 'invalid',
        message: `"${ref}" is neither a group nor a user`,
        remedy:
          'name who answers for the image, such as "group:default/platform"',
      });
      return;
    }
    if (await this.#entities.find(ref, caller)) return;
    verdict.warn(
      `owner: there is no ${ref} in the catalog, or you may not see it`,
    );
  }

  async #successor(
    successor: Required<Deprecation>['successor'],
    { cluster, namespace, image, version }: Described,
    verdict: Verdict,
  ): Promise<void> {
    const [name, of] = successor.split('/');
    if (name === image && of === version) {
      verdict.problems.add({
        field: 'deprecated.successor',
        code: 'invalid',
        message: `"${successor}" is this image itself`,
        remedy: 'name another one, or leave it out',
      });
      return;
    }
    const rows = await this.#tracking.reader.listImages({ cluster, namespace });
    const found = rows.some(
      ({ object }) =>
        object.image === name &&
        object.state === 'ready' &&
        (of === undefined || object.name === imageObjectName(name, of)),
    );
    if (found) return;
    verdict.warn(
      `deprecated.successor: there is no ready image "${successor}" in namespace "${namespace}"`,
    );
  }
}

/** With the owner in its full form, in lower case. @throws InputError naming the field */
export function withNormalOwner<T extends { owner?: string | null }>(
  metadata: T,
): T {
  return metadata.owner
    ? { ...metadata, owner: normalizeEntityRef(metadata.owner, 'owner') }
    : metadata;
}

/** What a request says of the image, without what makes it. */
export function metadataOf(request: ImportRequest): UpdateImageRequest {
  return Object.fromEntries(
    METADATA_FIELDS.flatMap(field =>
      request[field] === undefined ? [] : [[field, request[field]]],
    ),
  );
}

/** Said when the same import was carried out before, with another description: that one stays. */
export function unchangedMetadata(
  request: ImportRequest,
  { metadata: { name, annotations = {} } }: KubernetesObject,
): string | undefined {
  const asked = metadataAnnotations(metadataOf(request));
  const differing = METADATA_FIELDS.filter(field => {
    const annotation = METADATA_ANNOTATIONS[field];
    return annotation in asked && asked[annotation] !== annotations[annotation];
  });
  return differing.length > 0
    ? `"${name}" was imported before, so what was said of it then stays as it is: ${differing.join(
        ', ',
      )}. Update the image to change that.`
    : undefined;
}
