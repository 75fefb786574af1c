import LinearProgress from '@material-ui/core/LinearProgress';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { roughly } from '../common/time';

/** Progress of a copy; without a percentage it only shows that something goes on. */
export const CopyProgress = (props: {
  volume: Volume;
  remainingMs?: number;
}) => {
  const { volume, remainingMs } = props;
  const percent =
    volume.progressPercent === undefined
      ? undefined
      : Math.floor(volume.progressPercent);
  const left =
    remainingMs === undefined ? [] : [`${roughly(remainingMs)} left`];
  return (
    <LinearProgress
      variant={percent === undefined ? 'indeterminate' : 'determinate'}
      value={percent}
      aria-label={`Copy of ${volume.name}`}
      aria-valuetext={
        percent === undefined
          ? 'nobody knows how far it is'
          : [`${percent} %`, ...left].join(', ')
      }
    />
  );
};
