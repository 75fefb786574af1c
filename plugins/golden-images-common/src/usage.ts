import type { Image, Volume } from './schemas';

/**
 * What is in a volume: the disk of a machine on the device itself, the same as
 * one file `disk.img`, unpacked files, or what nobody knows here.
 *
 * @public
 */
export type VolumeContent =
  | 'block-device'
  | 'disk-file'
  | 'files'
  | 'files-or-disk-file';

/** What is read of an image or a volume to tell how it is used. @public */
export type UsableObject = Pick<
  Image | Volume,
  'kind' | 'namespace' | 'name' | 'volumeMode' | 'sizes'
> & {
  /** Of a volume: the image that it was copied from. */
  source?: { image?: string; contentType?: 'kubevirt' | 'archive' };
  /** Of an image. */
  contentType?: 'kubevirt' | 'archive';
};

/** How a claim is used, as objects that become YAML. @public */
export interface VolumeUsage {
  content: VolumeContent;
  /** `volumes` and `containers` of a Pod. */
  pod: object;
  /** What a container sees, one sentence. */
  podNote: string;
  /** A VirtualMachine of KubeVirt; absent where there is no disk inside, or none that is known. */
  machine?: object;
}

/** Name of the volume within a Pod or a machine; the claim's may not be one. */
const VOLUME = 'disk';
const MOUNT_PATH = '/data';
const DEVICE_PATH = '/dev/disk';

/**
 * CDI writes an image as `disk.img` where the volume mode is Filesystem, and
 * onto the device where it is Block (CDI 1.66, content type `kubevirt`); an
 * archive it unpacks. A claim that was not copied from an image may hold anything.
 *
 * @public
 */
export function contentOf(object: UsableObject): VolumeContent {
  if (object.volumeMode === 'Block') return 'block-device';
  const contentType = object.contentType ?? object.source?.contentType;
  if (contentType === 'archive') return 'files';
  const known =
    object.kind === 'image' ||
    object.sizes.diskBytes !== undefined ||
    object.source?.image !== undefined;
  return known ? 'disk-file' : 'files-or-disk-file';
}

/** How a claim is used, by what is in it. @public */
export function usageOf(object: UsableObject): VolumeUsage {
  const content = contentOf(object);
  const claim = { persistentVolumeClaim: { claimName: object.name } };
  const use =
    content === 'block-device'
      ? { volumeDevices: [{ name: VOLUME, devicePath: DEVICE_PATH }] }
      : { volumeMounts: [{ name: VOLUME, mountPath: MOUNT_PATH }] };
  const isDisk = content === 'block-device' || content === 'disk-file';
  return {
    content,
    pod: {
      volumes: [{ name: VOLUME, ...claim }],
      containers: [{ name: 'app', ...use }],
    },
    podNote: podNote(content),
    ...(isDisk && { machine: machineWith(object, claim) }),
  };
}

function podNote(content: VolumeContent): string {
  switch (content) {
    case 'block-device':
      return `The container sees the disk as the device ${DEVICE_PATH}.`;
    case 'disk-file':
      return `The container sees the disk as one file, ${MOUNT_PATH}/disk.img, in raw format.`;
    case 'files':
      return `The container sees the files under ${MOUNT_PATH}.`;
    default:
      return `The container sees under ${MOUNT_PATH} whatever the volume holds.`;
  }
}

function machineWith({ namespace, name }: UsableObject, claim: object) {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace },
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
  };
}
