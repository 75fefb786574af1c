import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { TrackedRecord } from '../TrackedStore';

/** Row of a volume in namespace `team-a` of cluster `c1`. */
export function volumeRecord(
  name: string,
  over: Partial<Volume> = {},
): TrackedRecord {
  return {
    tracked: {
      object: {
        kind: 'volume',
        cluster: 'c1',
        namespace: 'team-a',
        name,
        state: 'copying',
        ours: true,
        sizes: {},
        accessModes: [],
        usedBy: [],
        observedAt: '',
        ...over,
      },
      giveUp: false,
      stage: 'bound',
      readyBefore: false,
    },
    memory: { uid: 'u' },
    seenAtMs: 0,
  };
}
