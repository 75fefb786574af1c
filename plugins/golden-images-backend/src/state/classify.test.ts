import { LABELS } from '@golden-images/plugin-golden-images-common';
import { claim, dataVolume } from './__testUtils__/objects';
import { classify } from './classify';
import { claimView } from './views';

describe('what an object is', () => {
  it.each([
    'http',
    's3',
    'gcs',
    'registry',
    'imageio',
    'vddk',
    'upload',
    'blank',
  ])('a DataVolume with source %s is an image', source => {
    const object = { dataVolume: dataVolume({ source: { [source]: {} } }) };
    expect(classify(object)).toBe('image');
    expect(classify(object, ['dev-a'])).toBe('image');
    expect(classify(object, ['golden-images'])).toBe('volume');
  });

  it.each(['pvc', 'snapshot', 'somethingNew'])(
    'a DataVolume with source %s is a volume',
    source => {
      expect(
        classify({ dataVolume: dataVolume({ source: { [source]: {} } }) }),
      ).toBe('volume');
    },
  );

  it('any other claim is a volume, also one that is left of a clone', () => {
    expect(classify({ claim: claim() })).toBe('volume');
    const left = (kind: string) =>
      claim({ dataSource: { apiGroup: 'cdi.kubevirt.io', kind, name: 'x' } });
    expect(classify({ claim: left('VolumeCloneSource') })).toBe('volume');
    expect(classify({ claim: left('VolumeImportSource') })).toBe('volume');
  });

  it('a claim of an import that is seen before its DataVolume is an image', () => {
    const early = claim({
      of: 'dv-1',
      dataSource: {
        apiGroup: 'cdi.kubevirt.io',
        kind: 'VolumeImportSource',
        name: 'x',
      },
    });
    expect(classify({ claim: early })).toBe('image');
  });

  it('our label decides, wherever it is', () => {
    const role = (value: string) => ({ [LABELS.role]: value });
    expect(
      classify({ dataVolume: dataVolume({ labels: role('clone') }) }),
    ).toBe('volume');
    const clone = dataVolume({
      source: { pvc: {} },
      labels: role('golden-image'),
    });
    expect(classify({ dataVolume: clone }, ['elsewhere'])).toBe('image');
    expect(
      classify({ dataVolume: dataVolume({ labels: role('nonsense') }) }),
    ).toBe('image');
  });

  it("CDI's helpers are hidden although they bear the label", () => {
    const helper = claimView({
      metadata: {
        name: 'tmp-pvc-1',
        labels: {
          [LABELS.role]: 'golden-image',
          'velero.io/exclude-from-backup': 'true',
        },
      },
    });
    expect(classify({ claim: helper })).toBe('hidden');
  });
});
