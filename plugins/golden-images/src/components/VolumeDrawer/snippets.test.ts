import { parse } from 'yaml';
import {
  contentOf,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import { volumes } from '../../fixtures/volumes';
import { snippetsFor, whyNotYet } from './snippets';

const claim = (claimName: string) => ({
  name: 'disk',
  persistentVolumeClaim: { claimName },
});

describe('snippets', () => {
  it('mounts an image in Filesystem mode, and gives it to a machine', () => {
    const [pod, machine] = snippetsFor(volumes.usable);
    expect(parse(pod.yaml)).toEqual({
      volumes: [claim('orders-db-disk')],
      containers: [
        { name: 'app', volumeMounts: [{ name: 'disk', mountPath: '/data' }] },
      ],
    });
    expect(pod.note).toContain('/data/disk.img');
    expect(parse(machine.yaml)).toMatchObject({
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      metadata: { name: 'orders-db-disk', namespace: 'team-a' },
      spec: {
        template: {
          spec: {
            domain: {
              devices: { disks: [{ name: 'disk', disk: { bus: 'virtio' } }] },
            },
            volumes: [claim('orders-db-disk')],
          },
        },
      },
    });
  });

  it('gives a block device to a container as a device', () => {
    const [pod, machine] = snippetsFor(volumes.block);
    expect(parse(pod.yaml).containers).toEqual([
      {
        name: 'app',
        volumeDevices: [{ name: 'disk', devicePath: '/dev/disk' }],
      },
    ]);
    expect(machine.yaml).toContain('VirtualMachine');
  });

  it('claims nothing of a volume whose content is not known', () => {
    const snippets = snippetsFor(volumes.notOurs);
    expect(contentOf(volumes.notOurs)).toBe('files-or-disk-file');
    expect(snippets.map(snippet => snippet.title)).toEqual(['In a Pod']);
    expect(snippets[0].note).not.toContain('disk.img');
  });

  it.each(['123', 'true', 'null', '1e3'])(
    'writes a claim of the name %s as text',
    name => {
      const [pod] = snippetsFor({ ...volumes.usable, name });
      expect(parse(pod.yaml).volumes).toEqual([claim(name)]);
    },
  );
});

describe('whyNotYet', () => {
  it.each(['usable', 'resizing'] as const)('%s can be used', state => {
    expect(whyNotYet(volumes[state])).toBeUndefined();
  });

  it.each([
    ['waiting', /begins when a Pod/],
    ['copying', /not the whole image/],
    ['pending', /not the whole image/],
    ['unknown', /cannot be seen/],
    ['failing', /cannot be used/],
    ['lost', /cannot be used/],
  ] as const)('%s cannot', (state, words) => {
    expect(whyNotYet(volumes[state])).toMatch(words);
  });

  it('does not ask for a Pod while something else is waited for', () => {
    const volume: Volume = { ...volumes.waiting, reason: 'source-not-ready' };
    expect(whyNotYet(volume)).toBe('There is nothing in it yet.');
  });
});
