import { useEffect, useState } from 'react';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { InfoCard, LinkButton } from '@backstage/core-components';
import { useEntity } from '@backstage/plugin-catalog-react';
import { makeStyles } from '@material-ui/core/styles';
import type {
  Volume,
  VolumeList as VolumeListAnswer,
} from '@golden-images/plugin-golden-images-common';
import { messageOf } from '../../api';
import { ProgressLog } from '../../hooks/ProgressLog';
import { useEntityVolumes } from '../../hooks/useEntityVolumes';
import { useNow } from '../../hooks/useNow';
import { VolumeDrawer } from '../VolumeDrawer';
import { FreshnessNotices, StateAnnouncer, VolumeList } from '../VolumeList';
import { LiveIndicator } from './LiveIndicator';
import { LoadFailure } from './LoadFailure';
import { LoadingRows } from './LoadingRows';
import { NoVolumes } from './NoVolumes';

const useStyles = makeStyles(theme => ({
  padded: { padding: theme.spacing(2) },
  actions: { justifyContent: 'flex-end' },
}));

/** @public */
export interface EntityVolumesCardProps {
  /**
   * Where "Disk from an image" leads: a template, or the list of them. A path
   * within the app, or a URL; `/create` unless said otherwise.
   */
  createLink?: string;
}

/**
 * The volumes of the entity on whose page it is, with the true state of each.
 *
 * @public
 */
export const EntityVolumesCard = (props: EntityVolumesCardProps) => {
  const { createLink = '/create' } = props;
  const { entity } = useEntity();
  const classes = useStyles();
  const polled = useEntityVolumes(stringifyEntityRef(entity));
  const { value: list, loadedAtMs, error, refresh } = polled;
  const [opened, setOpened] = useState<Volume>();
  const nowMs = useNow(1_000);

  const [progress] = useState(() => new ProgressLog());
  useEffect(() => {
    if (list && loadedAtMs !== undefined) {
      progress.observe(list.items, loadedAtMs);
    }
  }, [list, loadedAtMs, progress]);

  return (
    <InfoCard
      title="Volumes"
      noPadding
      action={
        <LiveIndicator
          live={isLive(list, error)}
          loadedAtMs={loadedAtMs}
          nowMs={nowMs}
          onRefresh={refresh}
        />
      }
      actions={
        list &&
        list.clusters.length > 0 && (
          <LinkButton to={createLink} color="primary">
            + Disk from an image
          </LinkButton>
        )
      }
      actionsClassName={classes.actions}
    >
      {list && (
        <>
          <FreshnessNotices
            clusters={list.clusters}
            failure={error && messageOf(error)}
            loadedAtMs={loadedAtMs}
            nowMs={nowMs}
          />
          {list.items.length === 0 ? (
            <div className={classes.padded}>
              <NoVolumes clusters={list.clusters} />
            </div>
          ) : (
            <VolumeList
              list={list}
              progress={progress}
              nowMs={nowMs}
              old={error !== undefined}
              onOpen={setOpened}
            />
          )}
          <StateAnnouncer volumes={list.items} />
        </>
      )}
      {!list && (
        <div className={classes.padded}>
          {error ? (
            <LoadFailure error={error} onRetry={refresh} />
          ) : (
            <LoadingRows />
          )}
        </div>
      )}
      <VolumeDrawer
        opened={opened}
        list={list}
        progress={progress}
        nowMs={nowMs}
        onClose={() => setOpened(undefined)}
      />
    </InfoCard>
  );
};

/** Whether what is shown is the present; `undefined` where nothing is shown. */
function isLive(list: VolumeListAnswer | undefined, error: Error | undefined) {
  if (!list || list.clusters.length === 0) return undefined;
  return (
    !error &&
    list.clusters.every(({ connection }) => connection === 'connected')
  );
}
