/**
 * An embedded Kubernetes API with the behaviour of CDI and Longhorn, on real
 * bytes.
 *
 * @packageDocumentation
 */
export { startApiServer, type ApiServer, type ApiServerOptions } from './api';
export { writeQcow2 } from './bytes';
export { FAULTS, type Fault } from './controllers';
export { startImageServer, type ImageServer } from './image-server';
export {
  startSandbox,
  type Sandbox,
  type SandboxOptions,
} from './startSandbox';
