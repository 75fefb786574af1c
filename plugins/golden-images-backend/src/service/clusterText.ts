import { redactMessage } from '../state';

/** Untrusted text of a cluster within a sentence: redacted, bounded, one line. */
export function clusterText(text: string): string {
  return redactMessage(text).replace(/\s+/g, ' ');
}
