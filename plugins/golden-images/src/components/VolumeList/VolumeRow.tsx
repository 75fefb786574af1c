import { useId } from 'react';
import Chip from '@material-ui/core/Chip';
import Link from '@material-ui/core/Link';
import Tooltip from '@material-ui/core/Tooltip';
import Typography from '@material-ui/core/Typography';
import {
  bytesInWords,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import {
  CopyProgress,
  sourceInWords,
  StateDetails,
  StateSign,
  volumeSentence,
} from '../state';
import { useVolumeRowStyles } from './useVolumeRowStyles';

/** One volume; its name is the button that opens it, and covers the row. */
export const VolumeRow = (props: {
  volume: Volume;
  nowMs: number;
  remainingMs?: number;
  /** What is shown may not be so any more. */
  old: boolean;
  onOpen: () => void;
}) => {
  const { volume, nowMs, remainingMs, old, onOpen } = props;
  const classes = useVolumeRowStyles();
  const sentenceId = useId();
  const { source, sizes, attachedBy } = volume;
  const sizeBytes = sizes.capacityBytes ?? sizes.requestedBytes;

  return (
    <li className={`${classes.row} ${old ? classes.old : ''}`}>
      <div className={classes.sign}>
        <StateSign state={volume.state} />
      </div>
      <div className={classes.head}>
        <Link
          component="button"
          variant="subtitle1"
          color="textPrimary"
          className={classes.open}
          aria-haspopup="dialog"
          aria-describedby={sentenceId}
          onClick={onOpen}
        >
          {volume.name}
        </Link>
        <Typography
          id={sentenceId}
          variant="body2"
          className={classes.sentence}
        >
          {volumeSentence(volume, nowMs, remainingMs)}
        </Typography>
      </div>
      <div className={classes.body}>
        {volume.state === 'copying' && (
          <CopyProgress volume={volume} remainingMs={remainingMs} />
        )}
        <Typography
          component="div"
          variant="body2"
          color="textSecondary"
          className={classes.facts}
        >
          {source && <span>{sourceInWords(volume)}</span>}
          {source?.newerVersion && (
            <Tooltip title="The image has a newer version. This volume keeps the bytes of the one that it was made from.">
              <span className={classes.above}>
                → newer: {source.newerVersion}
              </span>
            </Tooltip>
          )}
          {source?.removed && (
            <Tooltip title="The image was removed since. This volume does not depend on it.">
              <Chip
                size="small"
                variant="outlined"
                label="source removed"
                className={classes.above}
              />
            </Tooltip>
          )}
          {sizeBytes !== undefined && <span>{bytesInWords(sizeBytes)}</span>}
          <span>
            {volume.namespace}/{volume.cluster}
          </span>
          {!volume.ours && (
            <Tooltip title="This claim was made by somebody else; golden images only shows it.">
              <Chip
                size="small"
                variant="outlined"
                label="not ours"
                className={classes.above}
              />
            </Tooltip>
          )}
          {attachedBy !== undefined && (
            <Tooltip title="The namespace has another owner than this entity, and says that the volume belongs to it.">
              <Chip
                size="small"
                variant="outlined"
                label={`attached by ${attachedBy}`}
                className={classes.above}
              />
            </Tooltip>
          )}
        </Typography>
        <StateDetails volume={volume} nowMs={nowMs} bounded />
      </div>
    </li>
  );
};
