import { useId, useRef } from 'react';
import Drawer from '@material-ui/core/Drawer';
import IconButton from '@material-ui/core/IconButton';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import CloseIcon from '@material-ui/icons/Close';
import type {
  Volume,
  VolumeList,
} from '@golden-images/plugin-golden-images-common';
import { volumeKey, type ProgressLog } from '../../hooks/ProgressLog';
import { VolumeDetails } from './VolumeDetails';

const useStyles = makeStyles(theme => ({
  paper: {
    boxSizing: 'border-box',
    width: 600,
    maxWidth: '100vw',
    padding: theme.spacing(2.5),
    overflowX: 'hidden',
  },
  head: {
    display: 'flex',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
  },
  title: { overflowWrap: 'anywhere', minWidth: 0 },
}));

/** Everything about one volume, kept up to date while it is open. */
export const VolumeDrawer = (props: {
  opened: Volume | undefined;
  list: VolumeList | undefined;
  progress: ProgressLog;
  nowMs: number;
  onClose: () => void;
}) => {
  const { opened, list, progress, nowMs, onClose } = props;
  const classes = useStyles();
  const titleId = useId();

  const current =
    opened &&
    list?.items.find(volume => volumeKey(volume) === volumeKey(opened));
  // What was there last stays, while it slides out and when it is gone.
  const last = useRef<Volume>();
  last.current = current ?? opened ?? last.current;
  const volume = last.current;

  return (
    <Drawer
      anchor="right"
      open={opened !== undefined}
      onClose={onClose}
      PaperProps={{
        className: classes.paper,
        role: 'dialog',
        'aria-modal': true,
        'aria-labelledby': titleId,
      }}
    >
      {volume && (
        <>
          <div className={classes.head}>
            <Typography
              id={titleId}
              variant="h5"
              component="h2"
              className={classes.title}
            >
              {volume.name}
            </Typography>
            <IconButton aria-label="Close" onClick={onClose} size="small">
              <CloseIcon />
            </IconButton>
          </div>
          <VolumeDetails
            volume={volume}
            gone={opened !== undefined && current === undefined}
            remainingMs={progress.remainingMs(volume)}
            nowMs={nowMs}
          />
        </>
      )}
    </Drawer>
  );
};
