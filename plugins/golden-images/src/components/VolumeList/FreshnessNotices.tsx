import { StatusWarning } from '@backstage/core-components';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { ClusterStatus } from '@golden-images/plugin-golden-images-common';
import { clockTime } from '../common/time';

const useStyles = makeStyles(theme => ({
  notice: {
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    padding: theme.spacing(1, 2),
    overflowWrap: 'anywhere',
  },
}));

function sentenceOf(cluster: ClusterStatus, nowMs: number): string | undefined {
  const { observedAt, connection } = cluster;
  const name = cluster.title
    ? `${cluster.title} (${cluster.name})`
    : cluster.name;
  if (connection === 'connected') return undefined;
  if (observedAt === undefined) {
    return connection === 'connecting'
      ? `Cluster ${name} is being read; what it has is not shown yet.`
      : `Cluster ${name} cannot be reached; what it has is not known.`;
  }
  return `As of ${clockTime(Date.parse(observedAt), nowMs)}: cluster ${name} ${
    connection === 'connecting' ? 'is being read again' : 'cannot be reached'
  }.`;
}

/** Which of the shown facts may be old, and since when. */
export const FreshnessNotices = (props: {
  clusters: ClusterStatus[];
  /** Why the backend did not answer last time. */
  failure?: string;
  /** When it answered last. */
  loadedAtMs?: number;
  nowMs: number;
}) => {
  const { clusters, failure, loadedAtMs, nowMs } = props;
  const classes = useStyles();
  const sentences =
    failure === undefined
      ? clusters
          .map(cluster => sentenceOf(cluster, nowMs))
          .filter(sentence => sentence !== undefined)
      : [
          `As of ${clockTime(
            loadedAtMs ?? nowMs,
            nowMs,
          )}: this cannot be brought up to date. ${failure}`,
        ];
  return (
    <div role="status">
      {sentences.map(sentence => (
        <div key={sentence} className={classes.notice}>
          <StatusWarning />
          <Typography variant="body2">{sentence}</Typography>
        </div>
      ))}
    </div>
  );
};
