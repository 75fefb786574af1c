import { stringify } from 'yaml';
import {
  usageOf,
  type Volume,
} from '@golden-images/plugin-golden-images-common';

/** Text that a person can paste, and what it is for. */
export interface Snippet {
  title: string;
  yaml: string;
  /** What must be known to use it. */
  note?: string;
}

/** How a volume is used, by what is in it. */
export function snippetsFor(volume: Volume): Snippet[] {
  const { pod, podNote, machine } = usageOf(volume);
  return [
    { title: 'In a Pod', yaml: stringify(pod), note: podNote },
    ...(machine
      ? [
          {
            title: 'As the disk of a virtual machine (KubeVirt)',
            yaml: stringify(machine),
          },
        ]
      : []),
  ];
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
