import {
  deprecatedInWords,
  goldenImagesManagePermission,
  type Image,
  type UpdateImageRequest,
  type UpdateImageResponse,
} from '@golden-images/plugin-golden-images-common';
import type { EntityAccess } from '../auth';
import {
  METADATA_ANNOTATIONS,
  METADATA_FIELDS,
  metadataAnnotations,
} from '../manifests';
import type { ObjectKey, Tracking } from '../tracking';
import type { ImageAccess } from './ImageAccess';
import { ImageMetadataChecks, withNormalOwner } from './ImageMetadataChecks';
import type { RequestOptions } from './ImageService';
import { Verdict } from './preflight';

/** What people say of an image, changed after it was imported. */
export class MetadataService {
  readonly #access: ImageAccess;
  readonly #tracking: Tracking;
  readonly #checks: ImageMetadataChecks;

  constructor(options: {
    access: ImageAccess;
    tracking: Tracking;
    entities: EntityAccess;
  }) {
    this.#access = options.access;
    this.#tracking = options.tracking;
    this.#checks = new ImageMetadataChecks(options);
  }

  /**
   * Writes what was given and leaves the rest; `null` takes away.
   *
   * @throws NotAllowedError, NotFoundError, InputError with every problem at
   *   once, ConflictError when it was not made here, or changed meanwhile
   */
  async update(
    key: ObjectKey,
    request: UpdateImageRequest,
    options: RequestOptions,
  ): Promise<UpdateImageResponse> {
    return this.#access.asKeeper(
      key,
      {
        ...options,
        permission: goldenImagesManagePermission,
        toDo: 'describe images',
      },
      async caller => {
        const found = await this.#access.find(key);
        const metadata = withNormalOwner(request);
        const verdict = new Verdict();
        const { image, version } = found.image;
        await this.#checks.run(
          metadata,
          { ...key, image, version },
          caller,
          verdict,
        );
        verdict.problems.throwIfAny();
        if (metadata.deprecated && found.image.current) {
          verdict.warn(
            `${key.name} is the current version of ${image}, which clones by name still copy. Make another version current.`,
          );
        }
        const { warnings } = verdict;
        const { annotations: before = {} } = found.object.metadata;
        const changes = Object.fromEntries(
          Object.entries(metadataAnnotations(metadata)).filter(
            ([annotation, value]) => (before[annotation] ?? null) !== value,
          ),
        );
        if (Object.keys(changes).length === 0) {
          return { changed: false, image: found.image, warnings };
        }
        const changed = await this.#access.annotate(key, found, changes);
        for (const note of notesOf(key.name, changes, changed)) {
          await this.#tracking.recordActivity({
            cluster: key.cluster,
            namespace: key.namespace,
            name: key.name,
            kind: 'image',
            uid: found.object.metadata.uid,
            actor: caller.userRef,
            ...note,
          });
        }
        return { changed: true, image: changed, warnings };
      },
    );
  }
}

/** Whether it should be used is told apart from how it is described. */
function notesOf(
  name: string,
  changes: Record<string, string | null>,
  { deprecated }: Image,
): { action: string; message: string }[] {
  const fields = METADATA_FIELDS.filter(
    field => METADATA_ANNOTATIONS[field] in changes,
  );
  const described = fields.filter(field => field !== 'deprecated');
  const notes = [];
  if (described.length > 0) {
    notes.push({
      action: 'described',
      message: `${name}: changed ${described.join(', ')}`,
    });
  }
  if (described.length < fields.length) {
    notes.push(
      deprecated
        ? {
            action: 'deprecated',
            message: `${name} ${deprecatedInWords(deprecated)}`,
          }
        : {
            action: 'deprecation-ended',
            message: `${name} is not deprecated any more`,
          },
    );
  }
  return notes;
}
