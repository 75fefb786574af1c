import { isImported } from './classify';
import type { ClaimView, ConditionView, DataVolumeView } from './types';

/** Phases that CDI would give a DataVolume, by the phase of the Pod (CDI 1.66, updateStatusPhase). */
const IMPORT_PHASES: Partial<Record<string, string>> = {
  Pending: 'ImportScheduled',
  Running: 'ImportInProgress',
  Succeeded: 'ImportInProgress',
  Failed: 'ImportScheduled',
};
const UPLOAD_PHASES: Partial<Record<string, string>> = {
  Pending: 'UploadScheduled',
  Running: 'UploadReady',
  Succeeded: 'UploadReady',
  Failed: 'UploadScheduled',
};

/**
 * What CDI brings into a claim that no DataVolume owns, as the DataVolume would
 * tell it: its populators work without one, and they go on when theirs is taken
 * away. All of it is in annotations of the claim. From source, not recorded: CDI
 * 1.66, populator-base.go.
 *
 * @returns nothing before there is a Pod, and once the claim is bound
 */
export function findTransfer(claim: ClaimView): DataVolumeView | undefined {
  const { cdi, dataSource, phase } = claim;
  if (phase !== 'Pending' || !isImported({ claim })) return undefined;
  const isUpload = dataSource?.kind === 'VolumeUploadSource';
  const phases = isUpload ? UPLOAD_PHASES : IMPORT_PHASES;
  const transferPhase = phases[cdi['storage.pod.phase'] ?? ''];
  if (transferPhase === undefined) return undefined;
  return {
    kind: 'DataVolume',
    metadata: claim.metadata,
    sourceType: isUpload ? 'upload' : 'http',
    accessModes: claim.accessModes,
    phase: transferPhase,
    progress: cdi['storage.populator.progress'],
    restartCount: Number(cdi['storage.pod.restarts']) || 0,
    conditions: { running: runningOf(cdi) },
  };
}

function runningOf(cdi: ClaimView['cdi']): ConditionView {
  const key = 'storage.condition.running';
  return {
    status: cdi[key] === 'true' ? 'True' : 'False',
    reason: cdi[`${key}.reason`],
    message: cdi[`${key}.message`],
  };
}
