import { EntityRefLink } from '@backstage/plugin-catalog-react';
import Typography from '@material-ui/core/Typography';
import {
  bytesInWords,
  contentOf,
  type Volume,
  type VolumeContent,
} from '@golden-images/plugin-golden-images-common';
import { Facts } from '../common/Facts';

const CONTENT: Record<VolumeContent, string> = {
  'block-device': 'the disk, on the device itself',
  'disk-file': 'one file, disk.img, which is the disk in raw format',
  files: 'files',
  'files-or-disk-file': 'not known',
};

const bytes = (sizeBytes: number | undefined) =>
  sizeBytes === undefined ? undefined : bytesInWords(sizeBytes);

/** Sizes: the volume, the disk inside, and what Longhorn has written are three things. */
export const Sizes = ({ volume }: { volume: Volume }) => {
  const { requestedBytes, capacityBytes, diskBytes, usedBytes } = volume.sizes;
  return (
    <>
      <Facts
        facts={[
          ['Volume', bytes(capacityBytes)],
          [
            'Asked for',
            requestedBytes === capacityBytes
              ? undefined
              : bytes(requestedBytes),
          ],
          ['Disk of the image', bytes(diskBytes)],
          ['Written', bytes(usedBytes)],
          ['Content', CONTENT[contentOf(volume)]],
        ]}
      />
      {contentOf(volume) === 'disk-file' && (
        <Typography variant="body2" color="textSecondary">
          A larger volume does not make the disk inside larger.
        </Typography>
      )}
    </>
  );
};

/** Where the bytes come from. */
export const Lineage = ({ volume }: { volume: Volume }) => {
  const { source } = volume;
  if (!source) {
    return (
      <Typography variant="body2">
        It was not copied from a golden image that is known here.
      </Typography>
    );
  }
  const verified =
    source.verified === 'none'
      ? 'no: the bytes were not verified'
      : source.verified && `by ${source.verified}`;
  return (
    <>
      <Facts
        facts={[
          ['Image', source.image],
          ['Version', source.version],
          ['Newer version', source.newerVersion],
          [
            'Copied from',
            [source.namespace, source.name].filter(Boolean).join('/'),
          ],
          ['Verified', verified],
        ]}
      />
      {source.removed && (
        <Typography variant="body2">
          The image was removed since. This volume does not depend on it.
        </Typography>
      )}
    </>
  );
};

/** How it is stored. */
export const Storage = ({ volume }: { volume: Volume }) => {
  const { longhorn } = volume;
  return (
    <Facts
      facts={[
        ['Cluster', volume.cluster],
        ['Namespace', volume.namespace],
        ['Owner', volume.owner && <EntityRefLink entityRef={volume.owner} />],
        ['Attached by', volume.attachedBy],
        ['Made by', volume.ours ? 'golden images' : 'somebody else'],
        ['Storage class', volume.storageClass],
        ['Volume mode', volume.volumeMode],
        ['Access modes', volume.accessModes.join(', ')],
        ['Longhorn volume', longhorn?.volumeName],
        ['Health', longhorn && healthInWords(longhorn)],
        ['Replicas', longhorn?.replicas],
        ['Attachment', longhorn?.state],
      ]}
    />
  );
};

/** `unknown` while detached is no fault: nobody has attached it (Longhorn 1.12). */
function healthInWords(longhorn: NonNullable<Volume['longhorn']>) {
  return longhorn.robustness === 'unknown' && longhorn.state === 'detached'
    ? 'not attached, so not measured'
    : longhorn.robustness;
}
