export {
  startApiServer,
  type ApiServer,
  type ApiServerOptions,
} from './startApiServer';
export type { Tokens } from './http/auth';
export { systemClock, type Clock } from './types';
