import { stringify } from 'yaml';
import type { Volume } from '@golden-images/plugin-golden-images-common';

/** What is in a volume: one disk of a machine, or files, as far as is known. */
export type VolumeContent = 'block-device' | 'disk-file' | 'files-or-disk-file';

/** Text that a person can paste, and what it is for. */
export interface Snippet {
  title: string;
  yaml: string;
  /** What must be known to use it. */
  note?: string;
}

/** Name of the volume within a Pod or a machine; the claim's may not be one. */
const VOLUME = 'disk';
const MOUNT_PATH = '/data';
const DEVICE_PATH = '/dev/disk';

/**
 * CDI writes an image as `disk.img` where the volume mode is Filesystem, and
 * onto the device where it is Block (CDI 1.66, content type `kubevirt`). A claim
 * that was not copied from an image may hold anything.
 */
export function contentOf(volume: Volume): VolumeContent {
  if (volume.volumeMode === 'Block') return 'block-device';
  return volume.sizes.diskBytes !== undefined || volume.source?.image
    ? 'disk-file'
    : 'files-or-disk-file';
}

/** How a volume is used, by what is in it. */
export function snippetsFor(volume: Volume): Snippet[] {
  const content = contentOf(volume);
  const claim = { persistentVolumeClaim: { claimName: volume.name } };
  return [
    {
      title: 'In a Pod',
      yaml: podSnippet(content, claim),
      note: podNote(content),
    },
    ...(content === 'files-or-disk-file'
      ? []
      : [
          {
            title: 'As the disk of a virtual machine (KubeVirt)',
            yaml: machineSnippet(volume, claim),
          },
        ]),
  ];
}

function podSnippet(content: VolumeContent, claim: object): string {
  const use =
    content === 'block-device'
      ? { volumeDevices: [{ name: VOLUME, devicePath: DEVICE_PATH }] }
      : { volumeMounts: [{ name: VOLUME, mountPath: MOUNT_PATH }] };
  return stringify({
    volumes: [{ name: VOLUME, ...claim }],
    containers: [{ name: 'app', ...use }],
  });
}

function podNote(content: VolumeContent): string {
  switch (content) {
    case 'block-device':
      return `The container sees the disk as the device ${DEVICE_PATH}.`;
    case 'disk-file':
      return `The container sees the disk as one file, ${MOUNT_PATH}/disk.img, in raw format.`;
    default:
      return `The container sees under ${MOUNT_PATH} whatever the volume holds.`;
  }
}

function machineSnippet(volume: Volume, claim: object): string {
  return stringify({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name: volume.name, namespace: volume.namespace },
    spec: {
      runStrategy: 'Always',
      template: {
        spec: {
          domain: {
            devices: { disks: [{ name: VOLUME, disk: { bus: 'virtio' } }] },
            memory: { guest: '2Gi' },
          },
          volumes: [{ name: VOLUME, ...claim }],
        },
      },
    },
  });
}

/** Why a volume should not be used now, or `undefined` when it can be. */
export function whyNotYet(volume: Volume): string | undefined {
  switch (volume.state) {
    case 'usable':
    case 'resizing':
      return undefined;
    case 'waiting':
      return volume.reason === 'first-consumer'
        ? 'The copy begins when a Pod in its namespace uses the claim.'
        : 'There is nothing in it yet.';
    case 'pending':
    case 'copying':
      return 'Wait until it is ready to use: what is in it now is not the whole image.';
    case 'unknown':
      return 'Whether all of the image is in it cannot be seen here.';
    default:
      return 'It cannot be used as it is.';
  }
}
