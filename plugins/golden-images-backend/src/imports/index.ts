export {
  ImportAllowList,
  type ImportRoute,
  type ResolveHost,
} from './ImportAllowList';
export {
  ImageProbe,
  type ImageFacts,
  type ImageProber,
  type ProbeOutcome,
  type ProbeTarget,
} from './probe';
