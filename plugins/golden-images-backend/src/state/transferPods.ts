import type { ConditionView } from './types';

/*
 * What CDI says of the Pods that it transfers bytes with. From source where not
 * recorded: CDI 1.66, pkg/controller/util.go and pkg/controller/datavolume.
 */

/**
 * Reasons of condition `Running` with which an attempt ends. The last four are
 * the container runtime's, which CDI copies as they are.
 */
export const ENDED_IN_ERROR: ReadonlySet<string> = new Set([
  'Error',
  'ImagePullFailed',
  'OOMKilled',
  'ChecksumError',
  'ContainerStatusUnknown',
  'ContainerCannotRun',
  'StartError',
  'Unknown',
]);

/** The container cannot even start: over as soon as it does, and no attempt. */
export const NOT_STARTED: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'InvalidImageName',
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'RunContainerError',
]);

export const FAILURE_EVENTS: ReadonlySet<string> = new Set([
  ...ENDED_IN_ERROR,
  'ErrImportFailed',
]);

/** Of a Pod that is `Failed`, about the claim and about the DataVolume. */
export const POD_FAILED_EVENTS: ReadonlySet<string> = new Set([
  ...FAILURE_EVENTS,
  'importFailed',
  'ImportFailed',
  'UploadFailed',
  'CloneFailed',
]);

/** Phases to which CDI goes back when the Pod is `Failed`. */
export const BACK_TO_THE_START: ReadonlySet<string | undefined> = new Set([
  'ImportScheduled',
  'UploadScheduled',
  'CloneScheduled',
]);

/**
 * Of a DataVolume: a Pod is on its way, which CDI makes only when the one before
 * ended well, or one runs that could not start.
 */
export const NEXT_PHASE_EVENTS: ReadonlySet<string> = new Set([
  'ImportScheduled',
  'ImportInProgress',
]);

/** Of a clone, over the error of a step, once all steps so far went well. */
export const POPULATOR_RUNS = 'Populator is running';

/**
 * Reasons of condition `Running`: two, joined, where both Pods of a host-assisted
 * copy stand still and no populator is used.
 */
export const reasonsOf = (running: ConditionView | undefined) =>
  (running?.reason ?? '').split(' and ');

/** CDI copies Events of its temporary claims to the target, with their name before the text. */
export const withoutHelper = (message: string) =>
  message.replace(/^\[(prime|tmp-pvc)-[^\]]*\] : /, '');
