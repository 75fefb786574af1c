import {
  KubernetesApiError,
  type ClusterClient,
  type ObjectRef,
} from '../../kubernetes';
import { redactMessage } from '../../state';
import { DELETE_POLICY } from './shippedPolicies';

export type Proof =
  | { outcome: 'refused' }
  | { outcome: 'accepted' }
  /** Something else refused it, such as RBAC. */
  | { outcome: 'unproved'; why: string };

/** As the API server words it (Kubernetes 1.36). */
const BY_OUR_POLICY = `ValidatingAdmissionPolicy '${DELETE_POLICY}' with binding '${DELETE_POLICY}' denied request`;
const LONGEST_WHY = 300;

/**
 * Asks the cluster to delete an object without effect (`dryRun=All` runs
 * admission), and looks at who refuses it.
 *
 * @returns `undefined` when it is gone
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function proveDeletion(
  client: ClusterClient,
  ref: ObjectRef,
  uid: string,
): Promise<Proof | undefined> {
  try {
    const found = await client.delete(ref, { uid }, { dryRun: true });
    return found ? { outcome: 'accepted' } : undefined;
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    if (error.status < 400 || error.status >= 500) throw error;
    if (error.message.includes(BY_OUR_POLICY)) return { outcome: 'refused' };
    const why = redactMessage(error.message).slice(0, LONGEST_WHY);
    return { outcome: 'unproved', why };
  }
}
