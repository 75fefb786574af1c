import type {
  ImageProbeResult,
  ImportSource,
} from '@golden-images/plugin-golden-images-common';
import type { ImageFacts, ProbeOutcome } from '../../imports';
import { verificationOf } from '../drafts';
import { autoSize, type VolumeFacts } from './autoSize';

/** A disk that is known, and the volume that it would get. */
export interface KnownLook {
  outcome: 'known';
  facts: ImageFacts;
  volume: VolumeFacts;
  /** What could not be read in the cluster, in sentences. */
  assumed: string[];
}

export type Look = KnownLook | Exclude<ProbeOutcome, { outcome: 'known' }>;

/** What people are shown of it. */
export function asResult(source: ImportSource, look: Look): ImageProbeResult {
  const verified = verificationOf(source);
  if (look.outcome !== 'known') {
    const { outcome, code, message, remedy } = look;
    const sentences = [message, remedy].map(asSentence);
    return { outcome, verified, code, sentences };
  }
  const { format, virtualSizeBytes, notes } = look.facts;
  return {
    outcome: 'known',
    format,
    virtualSizeBytes,
    autoSize: autoSize(virtualSizeBytes, look.volume).toString(),
    verified,
    sentences: [...notes, ...look.assumed],
  };
}

function asSentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
