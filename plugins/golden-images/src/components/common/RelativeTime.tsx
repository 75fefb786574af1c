import Tooltip from '@material-ui/core/Tooltip';
import { makeStyles } from '@material-ui/core/styles';
import { exactTime, timeAgo } from './time';

const useStyles = makeStyles({
  // Above the button that covers a row, so that the tooltip shows.
  time: { position: 'relative', zIndex: 1 },
});

/** "6 min ago", with the exact time as a tooltip. */
export const RelativeTime = ({ at, nowMs }: { at: string; nowMs: number }) => {
  const classes = useStyles();
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs)) return <>{at}</>;
  return (
    <Tooltip title={exactTime(atMs)}>
      <time dateTime={at} className={classes.time}>
        {timeAgo(atMs, nowMs)}
      </time>
    </Tooltip>
  );
};
