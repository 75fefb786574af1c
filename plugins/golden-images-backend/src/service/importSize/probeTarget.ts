import type { ImportSource } from '@golden-images/plugin-golden-images-common';
import type { ProbeOutcome, ProbeTarget } from '../../imports';
import { addressOf } from '../importSource';

const notLookedAt = (
  message: string,
  remedy = 'Give the size of the disk',
): ProbeOutcome => ({
  outcome: 'unknown',
  code: 'not-looked-at',
  message,
  remedy,
});

/**
 * What of a source is looked at, or why it is not: the backend reads no Secrets
 * and no ConfigMaps of image namespaces, and speaks no protocol of registries.
 */
export function probeTarget(
  source: ImportSource,
  content: ProbeTarget['content'],
): ProbeTarget | ProbeOutcome {
  const { http, s3, gcs } = source;
  const [type] = Object.keys(source);
  const address = addressOf(source);
  if (source.pvc || source.snapshot) {
    return notLookedAt(
      'a claim or a snapshot is in the cluster, and not looked into',
      'Ask for "auto", which takes its size',
    );
  }
  if (!(http ?? s3 ?? gcs) || !address) {
    return notLookedAt(
      `an image from a source of type "${type}" is not looked at before its import`,
    );
  }
  const secrets = [
    (http ?? s3 ?? gcs)?.secretRef && 'secretRef',
    http?.secretExtraHeaders && 'secretExtraHeaders',
  ].filter(Boolean);
  if (secrets.length > 0) {
    return notLookedAt(
      `the source needs ${secrets.join(
        ' and ',
      )}, and Backstage reads no Secrets`,
    );
  }
  if ((http ?? s3)?.certConfigMap) {
    return notLookedAt(
      'the certificate of its server is only known in the cluster (certConfigMap)',
    );
  }
  return { ...address, content };
}
