import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { RESOURCES, type ClusterClient } from '../kubernetes/ClusterClient';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { Claim, DataVolume } from '../manifests/types';
import type { WaitAgreement } from './waitAgreement';

/**
 * Somebody waits again for the same object, such as a step that was resumed:
 * its deadline moves back, never forward. What was agreed about it stays.
 */
export async function extendDeadline(
  client: ClusterClient,
  object: DataVolume | Claim,
  agreement: WaitAgreement,
): Promise<void> {
  const { annotations = {}, namespace, name, uid } = object.metadata;
  const before = annotations[ANNOTATIONS.deadline];
  const after = agreement.deadline;
  if (!before || !after || !uid || Date.parse(before) >= Date.parse(after)) {
    return;
  }
  try {
    await client.patch(
      {
        type:
          object.kind === 'DataVolume'
            ? RESOURCES.dataVolumes
            : RESOURCES.claims,
        namespace,
        name,
      },
      { metadata: { annotations: { [ANNOTATIONS.deadline]: after } } },
      { uid },
    );
  } catch (error) {
    // Gone meanwhile: the wait will say so.
    if (
      !(error instanceof KubernetesApiError) ||
      ![404, 409].includes(error.status)
    ) {
      throw error;
    }
  }
}
