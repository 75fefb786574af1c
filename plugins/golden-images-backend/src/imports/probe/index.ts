export { ImageProbe, type ImageProber, type ProbeTarget } from './ImageProbe';
export type { ImageFacts, ProbeOutcome } from './outcome';
