export type { ControllerSettings } from './Context';
export { FAULTS, type Fault } from './Faults';
export { KubeClient } from './kube/KubeClient';
export { startControllers, type Controllers } from './startControllers';
