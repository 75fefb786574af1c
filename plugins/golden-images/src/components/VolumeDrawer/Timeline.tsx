import type { ReactNode } from 'react';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { Facts } from '../common/Facts';
import { exactTime, timeAgo } from '../common/time';

const SINCE: Partial<Record<Volume['state'], string>> = {
  usable: 'Ready since',
  copying: 'Copying since',
  waiting: 'Waiting since',
  failing: 'Not all right since',
  failed: 'Failed',
  deleting: 'Being deleted since',
  lost: 'Lost since',
  resizing: 'Growing since',
};

/** Who asked when, and what became of it. */
export const Timeline = ({
  volume,
  nowMs,
}: {
  volume: Volume;
  nowMs: number;
}) => {
  const at = (time: string | undefined): ReactNode => {
    const atMs = Date.parse(time ?? '');
    return Number.isNaN(atMs)
      ? time
      : `${exactTime(atMs)} (${timeAgo(atMs, nowMs)})`;
  };
  return (
    <Facts
      facts={[
        [
          'Asked for by',
          volume.requestedBy && (
            <EntityRefLink entityRef={volume.requestedBy} />
          ),
        ],
        ['Created', at(volume.createdAt)],
        [SINCE[volume.state] ?? 'As it is since', at(volume.since)],
        ['Used by', volume.usedBy.map(pod => `Pod ${pod}`).join(', ')],
        ['Seen in the cluster', at(volume.observedAt)],
      ]}
    />
  );
};
