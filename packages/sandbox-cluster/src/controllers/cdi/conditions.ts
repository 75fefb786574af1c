import type { Context } from '../Context';
import {
  RESOURCES,
  keyOf,
  type Condition,
  type DataVolume,
} from '../kube/types';

export interface ConditionInput {
  status: Condition['status'];
  reason?: string;
  message?: string;
}

export interface StatusInput {
  phase?: string;
  progress?: string;
  restartCount?: number;
  bound?: ConditionInput;
  running?: ConditionInput;
  ready?: ConditionInput;
}

/** Writes what changed of a DataVolume's status; times move only where a status does. */
export async function writeStatus(
  context: Context,
  dataVolume: DataVolume,
  input: StatusInput,
): Promise<DataVolume> {
  const { client, caches } = context;
  const current = caches.dataVolumes.get(keyOf(dataVolume)) ?? dataVolume;
  const before = current.status ?? {};
  const time = context
    .now()
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z');
  const conditions = (['Bound', 'Ready', 'Running'] as const).map(type => {
    const known = before.conditions?.find(condition => condition.type === type);
    const wanted = {
      Bound: input.bound,
      Ready: input.ready,
      Running: input.running,
    }[type];
    if (!wanted)
      return (
        known ?? {
          type,
          status: 'False' as const,
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        }
      );
    const same = known?.status === wanted.status;
    return {
      type,
      status: wanted.status,
      reason: wanted.reason ?? '',
      message: wanted.message ?? '',
      lastHeartbeatTime: time,
      lastTransitionTime: same ? known.lastTransitionTime : time,
    };
  });
  const status = {
    claimName: dataVolume.metadata.name,
    phase: input.phase ?? before.phase,
    progress: input.progress ?? before.progress ?? 'N/A',
    restartCount: input.restartCount ?? before.restartCount,
    conditions,
  };
  if (isUnchanged(before, status)) return current;
  const updated = await client.patchStatus<DataVolume>(
    RESOURCES.dataVolumes,
    current,
    status,
  );
  caches.dataVolumes.put(updated);
  return updated;
}

function isUnchanged(
  before: NonNullable<DataVolume['status']>,
  after: NonNullable<DataVolume['status']>,
): boolean {
  const essence = ({
    conditions,
    ...rest
  }: NonNullable<DataVolume['status']>) =>
    JSON.stringify([
      rest.phase,
      rest.progress,
      rest.restartCount,
      conditions?.map(({ type, status, reason, message }) => [
        type,
        status,
        reason ?? '',
        message ?? '',
      ]),
    ]);
  return essence(before) === essence(after);
}

/** What a failed attempt looks like. */
export const failedAttempt = (
  reason: string,
  message: string,
): StatusInput => ({
  running: { status: 'False', reason, message },
  ready: { status: 'False' },
});

export const POD_RUNNING: StatusInput = {
  phase: 'ImportInProgress',
  running: { status: 'True', reason: 'Pod is running' },
  ready: { status: 'False', reason: 'TransferRunning' },
};

export const pendingClaim = (name: string, why?: string): ConditionInput => ({
  status: 'False',
  reason: 'Pending',
  message: why
    ? `target PVC ${name} Pending and ${why}`
    : `PVC ${name} Pending`,
});

/** Condition `Running` after an import. */
export const COMPLETED: ConditionInput = {
  status: 'False',
  reason: 'Completed',
  message: 'Import Complete',
};
