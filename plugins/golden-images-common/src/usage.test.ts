import { contentOf, usageOf, type UsableObject } from './usage';

const volume: UsableObject = {
  kind: 'volume',
  namespace: 'team-a',
  name: 'orders-disk',
  volumeMode: 'Filesystem',
  sizes: {},
  source: { image: 'linux' },
};

describe('how a claim is used', () => {
  it.each([
    ['disk-file', {}],
    ['block-device', { volumeMode: 'Block' }],
    ['files', { kind: 'image', contentType: 'archive' }],
    ['files', { source: { image: 'fonts', contentType: 'archive' } }],
    ['files-or-disk-file', { source: undefined }],
    ['disk-file', { source: undefined, sizes: { diskBytes: 1 } }],
    ['disk-file', { source: undefined, kind: 'image' }],
  ] as [string, Partial<UsableObject>][])('%s for %j', (content, change) => {
    const object = { ...volume, ...change };
    expect(contentOf(object)).toBe(content);
    const usage = usageOf(object);
    expect(usage.content).toBe(content);
    expect(usage.machine !== undefined).toBe(
      ['disk-file', 'block-device'].includes(content),
    );
    expect(usage.podNote.includes('disk.img')).toBe(content === 'disk-file');
    expect(JSON.stringify(usage.pod)).toContain(
      content === 'block-device' ? 'volumeDevices' : 'volumeMounts',
    );
  });

  it('names the claim, and the volume by a name of its own', () => {
    expect(usageOf(volume).pod).toMatchObject({
      volumes: [
        {
          name: 'disk',
          persistentVolumeClaim: { claimName: 'orders-disk' },
        },
      ],
    });
  });
});
