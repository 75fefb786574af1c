/**
 * An embedded Kubernetes API with the behaviour of CDI and Longhorn, on real
 * bytes.
 *
 * @packageDocumentation
 */
export { startApiServer, type ApiServer, type ApiServerOptions } from './api';
export { writeQcow2 } from './bytes';
export { FAULTS, type Fault } from './controllers';
export { freePort } from './freePort';
export { Hints } from './Hints';
export { startImageServer, type ImageServer } from './image-server';
export {
  startSandbox,
  type Sandbox,
  type SandboxOptions,
} from './startSandbox';
export { TestSandbox } from './TestSandbox';
