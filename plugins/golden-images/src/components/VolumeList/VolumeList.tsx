import { makeStyles } from '@material-ui/core/styles';
import type {
  Volume,
  VolumeList as Volumes,
} from '@golden-images/plugin-golden-images-common';
import { volumeKey, type ProgressLog } from '../../hooks/ProgressLog';
import { VolumeRow } from './VolumeRow';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0 },
});

/** All volumes, as rows. */
export const VolumeList = (props: {
  list: Volumes;
  progress: ProgressLog;
  nowMs: number;
  /** The backend did not answer last time. */
  old: boolean;
  onOpen: (volume: Volume) => void;
}) => {
  const { list, progress, nowMs, old, onOpen } = props;
  const classes = useStyles();
  const connected = new Set(
    list.clusters
      .filter(cluster => cluster.connection === 'connected')
      .map(cluster => cluster.name),
  );
  return (
    <ul className={classes.list} aria-label="Volumes">
      {list.items.map(volume => {
        const oldRow = old || !connected.has(volume.cluster);
        return (
          <VolumeRow
            key={volumeKey(volume)}
            volume={volume}
            nowMs={nowMs}
            remainingMs={oldRow ? undefined : progress.remainingMs(volume)}
            old={oldRow}
            onOpen={() => onOpen(volume)}
          />
        );
      })}
    </ul>
  );
};
