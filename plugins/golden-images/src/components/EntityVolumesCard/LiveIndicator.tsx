import { StatusError, StatusOK } from '@backstage/core-components';
import IconButton from '@material-ui/core/IconButton';
import Tooltip from '@material-ui/core/Tooltip';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import RefreshIcon from '@material-ui/icons/Refresh';
import { timeAgo } from '../common/time';

const useStyles = makeStyles(theme => ({
  root: {
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    // Beside the title, whose line is as high as this.
    padding: theme.spacing(1, 1, 0, 0),
  },
  state: { display: 'flex', alignItems: 'baseline' },
}));

/** Whether what is shown is the present, and a button to look again. */
export const LiveIndicator = (props: {
  /** `undefined` while there is nothing to be live about. */
  live: boolean | undefined;
  loadedAtMs?: number;
  nowMs: number;
  onRefresh: () => void;
}) => {
  const { live, loadedAtMs, nowMs, onRefresh } = props;
  const classes = useStyles();
  const known =
    loadedAtMs === undefined
      ? 'Nothing is known yet.'
      : `Brought up to date ${timeAgo(loadedAtMs, nowMs)}.`;
  return (
    <div className={classes.root}>
      {live !== undefined && (
        <Tooltip title={live ? `${known} Changes show by themselves.` : known}>
          <Typography
            component="div"
            variant="body2"
            color="textSecondary"
            className={classes.state}
          >
            {live ? <StatusOK /> : <StatusError />}
            {live ? 'live' : 'offline'}
          </Typography>
        </Tooltip>
      )}
      <Tooltip title="Look again">
        <IconButton size="small" aria-label="Look again" onClick={onRefresh}>
          <RefreshIcon />
        </IconButton>
      </Tooltip>
    </div>
  );
};
