export { ImageOrigins } from './ImageOrigins';
export { originRef } from './OriginAccess';
export type { OriginRef } from './types';
