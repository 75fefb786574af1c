export { Batches } from './Batches';
export { SharedReads } from './SharedReads';
