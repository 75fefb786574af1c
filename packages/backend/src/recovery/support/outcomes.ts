import { KINDS, VERSION, type Case } from './cases';
import type { Result } from './Round';

/** What came of a case, as far as it is looked at. */
export function outcomeOf({ disk, task }: Result) {
  return {
    status: task.status,
    // For the reader of a failure.
    log: task.status === 'completed' ? undefined : task.log,
    output: task.output,
    claimUids: disk.claimUids,
    dataVolumes: disk.dataVolumeUids.length,
    persistentVolumes: disk.persistentVolumes,
    longhornVolumes: disk.longhornVolumes.length,
    claimPhase: disk.claim?.status.phase,
  };
}

type Outcome = ReturnType<typeof outcomeOf>;

/** What must have come of it. */
export function expectedOutcome(each: Case, result: Result): Outcome {
  switch (KINDS[each.kind].leaves) {
    case 'nothing':
      return deletion(each, result);
    case 'files':
      return files(each);
    default:
      return oneDisk(each, result);
  }
}

/** One disk, and a finished task that names it. */
function oneDisk(
  { kind, claim, namespace, name }: Case,
  { disk }: Result,
): Outcome {
  const isImage = KINDS[kind].template === 'import';
  const uid = disk.claim?.metadata.uid ?? 'there is no claim';
  const state = isImage ? 'ready' : 'usable';
  return {
    status: 'completed',
    log: undefined,
    output: {
      cluster: 'dev',
      namespace,
      claimName: claim,
      uid,
      size: '128Mi',
      image: isImage ? name : 'base',
      version: VERSION,
      state,
      volumesSnippet: expect.stringContaining(`claimName: ${claim}\n`),
      checkedUid: uid,
      checkedState: state,
    },
    claimUids: [uid],
    dataVolumes: KINDS[kind].dataVolumes,
    persistentVolumes: [disk.claim?.spec.volumeName],
    longhornVolumes: 1,
    claimPhase: 'Bound',
  };
}

/** Nothing of the one clone that there was, and a task that says so twice. */
function deletion(
  { kind, claim, namespace }: Case,
  { before }: Result,
): Outcome {
  return {
    status: 'completed',
    log: undefined,
    output: {
      cluster: 'dev',
      namespace,
      claimName: claim,
      outcome: 'deleted',
      checkedOutcome: 'already-gone',
    },
    claimUids: [before?.claim?.metadata.uid ?? 'there was no claim'],
    dataVolumes: KINDS[kind].dataVolumes,
    persistentVolumes: [],
    longhornVolumes: 0,
    claimPhase: undefined,
  };
}

/** A file in the workspace, as it would be without a kill; nothing in the cluster. */
function files({ claim, namespace }: Case): Outcome {
  return {
    status: 'completed',
    log: undefined,
    output: {
      cluster: 'dev',
      namespace,
      claimName: claim,
      paths: `deploy/${claim}.yaml`,
      yaml: expect.stringMatching(
        new RegExp(`^kind: DataVolume$[^]*^  name: ${claim}$`, 'm'),
      ),
      checkedPaths: `deploy/${claim}.yaml`,
    },
    claimUids: [],
    dataVolumes: 0,
    persistentVolumes: [],
    longhornVolumes: 0,
    claimPhase: undefined,
  };
}
