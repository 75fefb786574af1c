import { ServiceUnavailableError } from '@backstage/errors';
import type { Tracking } from '../tracking';

/**
 * Before something is said not to exist: rows of a cluster that has not been
 * read, or cannot be, prove nothing.
 *
 * @throws ServiceUnavailableError
 */
export async function requireConnection(
  tracking: Tracking,
  cluster: string,
): Promise<void> {
  const [status] = await tracking.clusterStatus(cluster);
  if (status?.connection === 'connected') return;
  throw new ServiceUnavailableError(
    `Cluster "${cluster}" ${
      status?.connection === 'unreachable'
        ? 'cannot be reached'
        : 'has not been read yet'
    }, so nothing can be said about it now. Try again.`,
  );
}
