export { readGoldenImagesConfig } from './readGoldenImagesConfig';
export type {
  AllowedImportSource,
  ClusterConfig,
  ClusterConnectionConfig,
  GoldenImagesConfig,
} from './types';
export { demandsVerification } from './verification';
