import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { Quotation } from '../common/CodeBlock';
import { RelativeTime } from '../common/RelativeTime';
import { isBad, whatToDo } from './volumeWords';

const useStyles = makeStyles(theme => ({
  details: { display: 'grid', gap: theme.spacing(0.5), minWidth: 0 },
}));

/**
 * Below the words of a state: the cluster's own message, since when, how many
 * tries, and what to do. Nothing where all is well.
 *
 * @param bounded - a few lines of the message are enough
 */
export const StateDetails = (props: {
  volume: Volume;
  nowMs: number;
  bounded?: boolean;
}) => {
  const { volume, nowMs, bounded } = props;
  const classes = useStyles();
  const bad = isBad(volume);
  const remedy = whatToDo(volume);
  const message = bad || !bounded ? volume.message : undefined;
  // The words of "failing" say since when and how many tries by themselves.
  const history = volume.state === 'failing' ? [] : historyOf();
  if (!message && !remedy && history.length === 0) return null;
  return (
    <div className={classes.details}>
      {message && (
        <Quotation
          label="What the cluster says"
          text={message}
          bounded={bounded}
        />
      )}
      {history.length > 0 && (
        <Typography variant="body2" color="textSecondary">
          {history}
        </Typography>
      )}
      {remedy && (
        <Typography variant="body2">
          <strong>What to do:</strong> {remedy}
        </Typography>
      )}
    </div>
  );

  function historyOf() {
    if (!bad) return [];
    const { since, attempts } = volume;
    return [
      since && <RelativeTime key="since" at={since} nowMs={nowMs} />,
      since && attempts ? ' · ' : '',
      attempts ? `${attempts} ${attempts === 1 ? 'try' : 'tries'}` : '',
    ].filter(Boolean);
  }
};
