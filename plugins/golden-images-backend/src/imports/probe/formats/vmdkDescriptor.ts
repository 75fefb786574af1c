import { dependsOnOther, unsupported } from './fields';

export const VMDK_DESCRIPTOR = '# Disk DescriptorFile';
const NO_PARENT = /^ffffffff$/i;
const IN_ONE_FILE = ['monolithicsparse', 'streamoptimized'];

/** One of the files that make up a disk, or only their list: CDI gets one file (1.66). */
export const partOfVmdk = () =>
  unsupported(
    'the VMDK is one of several files that make up the disk',
    'Put them into one: "qemu-img convert -O qcow2 IMAGE.vmdk WHOLE.qcow2"',
  );

/**
 * Refuses a disk that is not in this file alone.
 *
 * @param text - the description inside of a sparse file; empty where it has none
 */
export function checkDescriptor(text: string): void {
  const valueOf = (key: string) =>
    new RegExp(`^\\s*${key}\\s*=\\s*"?([^"\\s]*)`, 'im').exec(text)?.[1] ?? '';
  if (!NO_PARENT.test(valueOf('parentCID') || 'ffffffff')) {
    throw dependsOnOther('vmdk');
  }
  const extents = text.match(/^\s*(RW|RDONLY|NOACCESS)\s+\d+\s/gm) ?? [];
  const inOneFile = IN_ONE_FILE.includes(valueOf('createType').toLowerCase());
  if (!inOneFile || extents.length !== 1) throw partOfVmdk();
}
