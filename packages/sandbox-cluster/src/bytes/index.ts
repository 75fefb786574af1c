export { copyDisk, type CopyDiskOptions } from './copyDisk';
export { availableBytes, diskBytes, FILESYSTEM_OVERHEAD } from './diskSize';
export { writesSettled } from './files';
export { resolveUrl, type HostTable } from './httpSource';
export { ImporterError, type ImporterErrorReason } from './ImporterError';
export {
  importImage,
  type ImportedDisk,
  type ImportImageOptions,
} from './importImage';
export { writeQcow2 } from './qcow2/writeQcow2';
