import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { RelativeTime } from '../common/RelativeTime';
import { isBad, whatToDo } from './volumeWords';

const useStyles = makeStyles(theme => ({
  details: { display: 'grid', gap: theme.spacing(0.5), minWidth: 0 },
  message: {
    margin: 0,
    padding: theme.spacing(1),
    fontFamily: 'monospace',
    fontSize: theme.typography.caption.fontSize,
    background: theme.palette.background.default,
    color: theme.palette.text.primary,
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  bounded: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 3,
    overflow: 'hidden',
  },
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
  if (!message && !remedy && !bad) return null;
  return (
    <div className={classes.details}>
      {message && (
        <pre
          className={`${classes.message} ${bounded ? classes.bounded : ''}`}
          aria-label="What the cluster says"
        >
          {message}
        </pre>
      )}
      {bad && (
        <Typography variant="body2" color="textSecondary">
          {volume.since && (
            <>
              Since <RelativeTime at={volume.since} nowMs={nowMs} />
            </>
          )}
          {volume.since && volume.attempts ? ' · ' : ''}
          {volume.attempts
            ? `${volume.attempts} ${volume.attempts === 1 ? 'try' : 'tries'}`
            : ''}
        </Typography>
      )}
      {remedy && (
        <Typography variant="body2">
          <strong>What to do:</strong> {remedy}
        </Typography>
      )}
    </div>
  );
};
