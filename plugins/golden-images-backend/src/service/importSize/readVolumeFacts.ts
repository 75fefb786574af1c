import { Quantity } from '@golden-images/plugin-golden-images-common';
import type { FactsReader } from '../preflight';
import { DEFAULT_OVERHEAD, type VolumeFacts } from './autoSize';

/**
 * What CDI and the class say of a volume. A right that is missing leaves CDI's
 * defaults, and a sentence that says so.
 *
 * @param className - `undefined` where nobody knows which is the default
 */
export async function readVolumeFacts(
  reader: FactsReader,
  className: string | undefined,
  volumeMode: VolumeFacts['volumeMode'],
): Promise<{ volume: VolumeFacts; assumed: string[] }> {
  const [overhead, minimum] = await Promise.all([
    reader.filesystemOverhead(className),
    className === undefined ? undefined : reader.minimumClaimSize(className),
  ]);
  const found = overhead.known ? overhead.value : undefined;
  const why = overhead.known ? '' : ` (${overhead.why})`;
  const sentence = `How much a file system takes could not be read${why}, so CDI's default of 6 % was taken.`;
  return {
    volume: {
      volumeMode,
      overhead: found ?? DEFAULT_OVERHEAD,
      minimum: Quantity.tryParse(minimum?.known ? minimum.value : undefined),
    },
    assumed:
      found === undefined && volumeMode === 'Filesystem' ? [sentence] : [],
  };
}
