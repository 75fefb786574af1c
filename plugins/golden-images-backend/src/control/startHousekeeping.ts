import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ClusterConfig } from '../config/types';
import type { ActivityStore, TrackedStore } from '../database';
import type { ClusterClient, ClusterWatcher } from '../kubernetes';
import type { DerivedRow, ProtectionLevels, Timing } from '../tracking/rows';
import { Adopter } from './Adopter';
import { DriftKeeper } from './DriftKeeper';
import { FreeingJournal } from './FreeingJournal';
import { FreeingWatch } from './FreeingWatch';
import { ProtectionCheck } from './protection/ProtectionCheck';
import { readShippedPolicies } from './protection/shippedPolicies';
import { Housekeeper } from './Housekeeper';
import { Retirer, type Note } from './Retirer';
import { VersionKeeper } from './VersionKeeper';
import { VolumeRetainer } from './VolumeRetainer';

const RETIREMENT_MS = 2_000;
const VERSIONS_MS = 30_000;
const ADOPTION_MS = 5_000;
const DRIFT_MS = 5_000;
const RETAIN_MS = 10_000;
const PROTECTION_MS = 10_000;

/**
 * What is looked at again and again in one cluster while its lease is held:
 * versions to keep, images to retire.
 *
 * @param ready - resolves when the cluster has been read as a whole
 */
export function startHousekeeping(options: {
  client: ClusterClient & ClusterWatcher;
  cluster: ClusterConfig;
  tracked: TrackedStore;
  activity: ActivityStore;
  timing: Timing;
  /** By which chores pause between their rounds. */
  choreTiming: Pick<Timing, 'delay'>;
  logger: LoggerService;
  refresh: (namespace: string, name: string) => Promise<void>;
  protection: ProtectionLevels;
  /** Derives the row of `namespace/name` anew. */
  derive: (key: string) => void;
  ready: Promise<void>;
  signal: AbortSignal;
}): { consider: (rows: DerivedRow[]) => void; settled: () => Promise<void> } {
  const { client, cluster, activity, timing, ready, signal } = options;
  const housekeeper = new Housekeeper({
    ...options,
    timing: options.choreTiming,
  });
  const nowMs = () => timing.nowMs();
  const parts = {
    ...options,
    nowMs,
    note: async (entry: Note) =>
      activity.add({
        ...entry,
        kind: 'image',
        cluster: client.clusterName,
        at: new Date(nowMs()).toISOString(),
      }),
    onError: (key: string, error: unknown) =>
      housekeeper.failed(`What is due for ${key}`, error),
    journal: new FreeingJournal(client, cluster.imageNamespaces),
  };
  const retirer = new Retirer(parts);
  const freeing = new FreeingWatch(parts);
  const keeper = new VersionKeeper(parts);
  const adopter = new Adopter(parts);
  const drifts = new DriftKeeper(parts);
  const retainer = new VolumeRetainer(parts);
  const protection = new ProtectionCheck({
    ...parts,
    levels: options.protection,
    shipped: readShippedPolicies(),
  });
  const run = async () => {
    await Promise.race([ready, aborted(signal)]);
    await housekeeper.run([
      {
        name: 'Retiring images',
        everyMs: RETIREMENT_MS,
        // In this order: what is journalled is deleted before it is looked for.
        pass: async () => {
          await retirer.pass();
          await freeing.pass();
        },
      },
      {
        name: 'Keeping the newest versions',
        everyMs: VERSIONS_MS,
        pass: () => keeper.pass(),
      },
      {
        name: 'Adopting scheduled imports',
        everyMs: ADOPTION_MS,
        pass: () => adopter.pass(),
      },
      {
        name: 'Keeping volumes of images',
        everyMs: RETAIN_MS,
        pass: () => retainer.pass(),
      },
      {
        name: 'Looking for drift',
        everyMs: DRIFT_MS,
        pass: () => drifts.pass(),
      },
      {
        name: 'Looking at the protection of images',
        everyMs: PROTECTION_MS,
        pass: () => protection.pass(),
      },
    ]);
  };
  const running = run();
  return {
    consider: rows => {
      retirer.consider(rows);
      keeper.consider(rows);
      adopter.consider(rows);
      retainer.consider(rows);
      drifts.consider(rows);
      protection.consider(rows);
    },
    settled: () => running,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
