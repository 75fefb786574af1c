import type { Problem } from '@golden-images/plugin-golden-images-common';
import type { SourceClaimInfo, StorageClassInfo } from '../../tracking';
import type { Fact, SnapshotClassFacts, SourceVolumeFacts } from './facts';

export type Strategy = 'plain' | 'csi-clone' | 'snapshot' | 'copy';

/** What a clone is copied from, as far as it is known. */
export interface SourceStorage {
  /** What it is in a sentence: `the image`. */
  called?: string;
  claim?: Pick<SourceClaimInfo, 'driver' | 'storageClass'>;
  storageClass?: StorageClassInfo;
  volume?: SourceVolumeFacts;
}

/** Longhorn copies only between volumes of one engine, both encrypted or both not. */
export function classProblems(
  target: StorageClassInfo,
  source: SourceStorage,
): Problem[] {
  const problems: Problem[] = [];
  const { called = 'the image' } = source;
  const driver = source.claim?.driver;
  if (driver !== undefined && driver !== target.provisioner) {
    problems.push({
      field: 'storageClass',
      code: 'driver-differs',
      message: `"${target.name}" is of ${target.provisioner}, but ${called} is on ${driver}`,
      remedy: 'name a class of that driver',
    });
    return problems;
  }
  const engine =
    source.volume?.dataEngine ?? engineOf(source.storageClass?.parameters);
  const wanted = engineOf(target.parameters);
  if (engine !== undefined && engine !== wanted) {
    problems.push({
      field: 'storageClass',
      code: 'data-engine-differs',
      message: `"${target.name}" has data engine ${wanted}, but ${called} is on ${engine}`,
      remedy: `name a class with the data engine of ${called}`,
    });
  }
  const encrypted =
    source.volume?.encrypted ?? isEncrypted(source.storageClass?.parameters);
  if (encrypted !== undefined && encrypted !== isEncrypted(target.parameters)) {
    problems.push({
      field: 'storageClass',
      code: 'encryption-differs',
      message: `volumes of "${target.name}" are ${
        encrypted ? `not encrypted, but ${called} is` : 'encrypted'
      }${encrypted ? '' : `, but ${called} is not`}`,
      remedy: encrypted
        ? `name a class that encrypts with the key of ${called}`
        : 'name a class that does not encrypt',
    });
  }
  if (target.parameters.cloneMode === 'linked-clone') {
    problems.push({
      field: 'storageClass',
      code: 'linked-clone',
      message: `clones of "${target.name}" are linked: they depend on ${called} for ever and keep it from being deleted`,
      remedy: 'name a class that copies in full',
    });
  }
  return problems;
}

/** Engine v1 unless a class says otherwise (Longhorn 1.12). */
function engineOf(parameters: Record<string, string> | undefined) {
  return parameters && (parameters.dataEngine || 'v1');
}

function isEncrypted(parameters: Record<string, string> | undefined) {
  return parameters && parameters.encrypted === 'true';
}

/** A class that waits for its first Pod makes nothing until there is one. */
export function bindingWarning(
  target: StorageClassInfo,
  bindImmediately: boolean,
): string | undefined {
  if (target.bindingMode !== 'WaitForFirstConsumer') return undefined;
  return bindImmediately
    ? `Volumes of "${target.name}" wait for their first Pod; this one is made at once, on a node that nobody chose.`
    : `Volumes of "${target.name}" are made when the first Pod uses them, so this one stays "waiting for first use by a Pod" until then. Ask for "bindImmediately" to have it made at once.`;
}

const STRATEGIES = ['csi-clone', 'snapshot', 'copy'] as const;

/** What CDI will do, or `undefined` when that cannot be known. */
export function strategyOf(
  viaDataVolume: boolean,
  profile: Fact<{ strategy?: string }>,
): Strategy | undefined {
  if (!viaDataVolume) return 'plain';
  return profile.known
    ? STRATEGIES.find(strategy => strategy === profile.value.strategy)
    : undefined;
}

/** CDI copies nothing while a Pod has the source open for writing (CDI 1.66, `CloneSourceInUse`). */
export function sourceInUseWarning(
  strategy: Strategy | undefined,
  users: string[],
  called = 'the image',
): string | undefined {
  if (strategy === 'plain' || strategy === undefined || users.length === 0) {
    return undefined;
  }
  return `CDI copies by "${strategy}", which waits until no Pod writes to ${called}; now used by: ${users.join(
    ', ',
  )}.`;
}

/** Without `type: snap` Longhorn's snapshots are backups on a remote target (Longhorn 1.12). */
export function snapshotClassWarning(
  strategy: Strategy | undefined,
  driver: string,
  named: string | undefined,
  classes: Fact<SnapshotClassFacts[]>,
): string | undefined {
  if (strategy !== 'snapshot' || !classes.known) return undefined;
  const found =
    classes.value.find(({ name }) => name === named) ??
    classes.value.find(candidate => candidate.driver === driver);
  if (!found || found.type === 'snap') return undefined;
  return `CDI clones by VolumeSnapshotClass "${found.name}", which is not of type "snap": each clone restores from a backup, and needs a backup target. An administrator can set "type: snap" there.`;
}

/** Live migration needs the volume on two nodes at once (KubeVirt 1.6, Longhorn 1.12). */
export function liveMigration(
  target: StorageClassInfo | undefined,
  modes: { accessModes: string[]; volumeMode: string },
): { possible: boolean; sentence: string } {
  if (!modes.accessModes.includes('ReadWriteMany')) {
    return {
      possible: false,
      sentence:
        'A virtual machine on this volume cannot live-migrate: that needs access mode ReadWriteMany.',
    };
  }
  const migratable = target?.parameters.migratable === 'true';
  if (modes.volumeMode === 'Block' && !migratable) {
    return {
      possible: false,
      sentence:
        'A virtual machine on this volume cannot live-migrate: a block volume needs a class with "migratable: true".',
    };
  }
  return {
    possible: true,
    sentence: 'A virtual machine on this volume can live-migrate.',
  };
}
