import {
  StatusAborted,
  StatusError,
  StatusOK,
  StatusPending,
  StatusRunning,
  StatusWarning,
} from '@backstage/core-components';
import {
  stateSign,
  type StateSign as Sign,
  type VolumeState,
} from '@golden-images/plugin-golden-images-common';

const ICONS: Record<Sign, typeof StatusOK> = {
  ok: StatusOK,
  running: StatusRunning,
  pending: StatusPending,
  warning: StatusWarning,
  error: StatusError,
  aborted: StatusAborted,
};

/** The sign of a state. It is hidden from screen readers: words stand beside it. */
export const StateSign = ({ state }: { state: VolumeState }) => {
  const Icon = ICONS[stateSign(state)];
  return <Icon />;
};
