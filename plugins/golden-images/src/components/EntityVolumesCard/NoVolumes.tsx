import Typography from '@material-ui/core/Typography';
import type { ClusterStatus } from '@golden-images/plugin-golden-images-common';

/** One sentence where there is nothing, and no claim that was not looked at. */
export const NoVolumes = ({ clusters }: { clusters: ClusterStatus[] }) => {
  const allSeen = clusters.every(cluster => cluster.connection === 'connected');
  return <Typography>{sentence()}</Typography>;

  function sentence(): string {
    if (clusters.length === 0) {
      return 'No cluster is configured, so there are no volumes to show.';
    }
    return allSeen
      ? 'There are no volumes for this entity yet.'
      : 'No volumes for this entity are known.';
  }
};
