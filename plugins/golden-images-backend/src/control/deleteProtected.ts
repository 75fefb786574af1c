import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import {
  KubernetesApiError,
  type ClusterClient,
  type ObjectRef,
} from '../kubernetes';

/**
 * Deletes an object as it was seen. Where policies protect it, it is unlocked
 * first, and locked again when it could not be deleted after all.
 *
 * @throws KubernetesApiError, 409 when it has changed meanwhile
 */
export async function deleteProtected(
  client: ClusterClient,
  ref: ObjectRef,
  seen: { uid: string; resourceVersion?: string },
): Promise<void> {
  try {
    await client.delete(ref, seen);
  } catch (error) {
    if (!isLocked(error)) throw error;
    await unlockAndDelete(client, ref, seen);
  }
}

/** The policies that protect golden images let go what carries this annotation. */
async function unlockAndDelete(
  client: ClusterClient,
  ref: ObjectRef,
  seen: { uid: string; resourceVersion?: string },
): Promise<void> {
  const annotate = (value: string | null) => ({
    metadata: { annotations: { [ANNOTATIONS.allowDelete]: value } },
  });
  const { uid } = seen;
  const unlocked = await client.patch(ref, annotate('true'), seen);
  try {
    const { resourceVersion } = unlocked.metadata;
    await client.delete(ref, { uid, resourceVersion });
  } catch (error) {
    await client.patch(ref, annotate(null), { uid }).catch(again => {
      // Gone meanwhile, or another of its name: nothing is left unlocked.
      if (!isGone(again)) throw again;
    });
    throw error;
  }
}

/** An admission policy says no; plain missing rights do not name one. */
function isLocked(error: unknown): boolean {
  return (
    error instanceof KubernetesApiError &&
    error.status === 403 &&
    error.message.includes('ValidatingAdmissionPolicy')
  );
}

function isGone(error: unknown): boolean {
  return (
    error instanceof KubernetesApiError && [404, 409].includes(error.status)
  );
}
