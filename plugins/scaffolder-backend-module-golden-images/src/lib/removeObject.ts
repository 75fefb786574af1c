import { ConflictError } from '@backstage/errors';
import type { ImageDependents } from '@golden-images/plugin-golden-images-common';
import type {
  GoldenImagesCallOptions,
  GoldenImagesObjectKey,
  GoldenImagesService,
} from '@golden-images/plugin-golden-images-node';
import { callBackend } from './callBackend';

/** What became of an order to delete; plain JSON, for a checkpoint. */
export type Removal = {
  outcome: 'deleted' | 'asked' | 'cancelled' | 'already-gone' | 'predicted';
  /** For the task log. */
  sentence: string;
  /** uid of the object that is deleted. */
  uid?: string;
  waitHandle?: string;
  /** Of an image: its clones, as `namespace/name`. */
  clones?: string[];
};

/**
 * Orders that a clone is deleted or an image retired. What does not exist, or
 * not any more, is `already-gone`.
 *
 * @throws NotAllowedError, ConflictError with all that is in the way
 */
export async function removeObject(
  goldenImages: GoldenImagesService,
  request: GoldenImagesObjectKey & {
    kind: 'volume' | 'image';
    uid?: string;
    force?: boolean;
    afterCopies?: boolean;
    dryRun: boolean;
  },
  options: GoldenImagesCallOptions,
): Promise<Removal> {
  const { kind, cluster, namespace, name, uid, force, afterCopies } = request;
  const asked = { cluster, namespace, name, uid, force };
  const dryRun = request.dryRun || undefined;
  const removal = async (): Promise<Removal> => {
    if (kind === 'volume') {
      const answer = await goldenImages.deleteVolume(
        { ...asked, dryRun },
        options,
      );
      return withoutAbsent({
        outcome: answer.outcome === 'cancelled' ? 'cancelled' : 'asked',
        sentence: answer.sentence,
        uid: answer.uid,
        waitHandle: answer.waitHandle,
      });
    }
    const { dependents, ...answer } = await goldenImages.retireImage(
      { ...asked, wait: afterCopies, dryRun },
      options,
    );
    refuseIf(dependents);
    return withoutAbsent({
      outcome: 'asked',
      sentence: `it is retired. ${describeClones(dependents)}`,
      uid: answer.uid,
      waitHandle: answer.waitHandle,
      clones: dependents.clones.map(
        clone => `${clone.namespace}/${clone.name}`,
      ),
    });
  };
  try {
    return await callBackend(removal);
  } catch (error) {
    const gone = error instanceof Error && error.name === 'NotFoundError';
    if (!gone) throw error;
    return {
      outcome: 'already-gone',
      sentence: `it is gone already. ${error.message}`,
    };
  }
}

/** In a dry run the backend says what is in the way instead of refusing. */
function refuseIf({ blockers }: ImageDependents): void {
  if (blockers.length > 0) throw new ConflictError(blockers.join('\n'));
}

function describeClones({ clones, otherClones }: ImageDependents): string {
  const named = clones
    .slice(0, 20)
    .map(({ namespace, name }) => `${namespace}/${name}`);
  const more = clones.length + otherClones - named.length;
  if (clones.length + otherClones === 0) return 'It has no clones.';
  return `Its clones stay: ${[
    ...named,
    ...(more > 0 ? [`${more} more`] : []),
  ].join(', ')}`;
}

/** A checkpoint keeps JSON, in which nothing is `undefined`. */
function withoutAbsent(removal: Removal): Removal {
  return JSON.parse(JSON.stringify(removal));
}
