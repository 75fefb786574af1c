import { Quantity } from '@golden-images/plugin-golden-images-common';
import { autoSize, neededSize, type VolumeFacts } from './autoSize';

const GIB = 2 ** 30;
const filesystem: VolumeFacts = { volumeMode: 'Filesystem', overhead: '0.06' };
const block: VolumeFacts = { volumeMode: 'Block', overhead: '0.06' };

describe('autoSize', () => {
  it.each<[number, VolumeFacts, string]>([
    // 1 GiB does not fit into 1Gi of a file system (recorded)
    [GIB, filesystem, '2Gi'],
    [GIB, block, '1Gi'],
    [GIB + 1, block, '2Gi'],
    [64 * 2 ** 20, filesystem, '1Gi'],
    [64 * 2 ** 20, block, '1Gi'],
    [512, block, '1Gi'],
    [10 * GIB, filesystem, '11Gi'],
    [100 * GIB, filesystem, '106Gi'],
    [100 * GIB + 1, filesystem, '107Gi'],
    [10 * GIB, { ...filesystem, overhead: '0' }, '10Gi'],
    [10 * GIB, { ...filesystem, overhead: '0.055' }, '11Gi'],
    [10 * GIB, { ...filesystem, overhead: '1' }, '20Gi'],
    // what CDI would not take for a share either
    [10 * GIB, { ...filesystem, overhead: '6 %' }, '11Gi'],
    [GIB, { ...filesystem, minimum: Quantity.parse('4Gi') }, '4Gi'],
    [GIB, { ...block, minimum: Quantity.parse('1500Mi') }, '2Gi'],
    [8 * GIB, { ...block, minimum: Quantity.parse('4Gi') }, '8Gi'],
  ])('%d bytes, %j: %s', (bytes, facts, size) => {
    expect(autoSize(bytes, facts).toString()).toBe(size);
  });

  it('needs the disk in whole MiB, and its share of a file system', () => {
    expect(neededSize(1, filesystem).bytes).toBe(Math.ceil(2 ** 20 * 1.06));
    expect(neededSize(GIB, filesystem).bytes).toBe(Math.ceil(GIB * 1.06));
    expect(neededSize(1, block).bytes).toBe(1);
  });

  it('is exact where numbers of JavaScript are not', () => {
    const bytes = 1000 * 2 ** 40;
    expect(autoSize(bytes, filesystem).toString()).toBe('1060Ti');
  });
});
