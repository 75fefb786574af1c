import { cloneDraft, isNamed } from './cloneDraft';

const form = { image: 'demo-linux', namespace: 'team-a-dev', name: 'cart' };

describe('cloneDraft', () => {
  it('is the clone that the form stands for', () => {
    const draft = cloneDraft(form, { claimName: '{name}-disk' }, '10Gi');
    expect(draft).toEqual({
      image: { name: 'demo-linux' },
      namespace: 'team-a-dev',
      name: 'cart-disk',
      size: '10Gi',
    });
    expect(isNamed(draft!)).toBe(true);
  });

  it('reads the properties that the options name', () => {
    expect(
      cloneDraft(
        { os: 'demo-linux', where: 'team-a-dev' },
        {
          imageFrom: 'os',
          namespaceFrom: 'where',
          cluster: 'dev-1',
          imageNamespace: 'images',
        },
        undefined,
      ),
    ).toMatchObject({
      cluster: 'dev-1',
      image: { namespace: 'images', name: 'demo-linux' },
      namespace: 'team-a-dev',
    });
  });

  it.each([
    ['no option', {}],
    ['a property that is not filled in', { claimName: '{title}-disk' }],
  ])('has no name with %s', (_what, options) => {
    const draft = cloneDraft(form, options, '10Gi');
    expect(draft).toBeDefined();
    expect(isNamed(draft!)).toBe(false);
  });

  it.each([
    ['no image', { ...form, image: undefined }],
    ['no namespace', { ...form, namespace: '' }],
    ['an image that is no text', { ...form, image: 7 }],
    ['a name that no claim may have', { ...form, name: 'Not A Name' }],
  ])('is nothing with %s', (_what, values) => {
    expect(
      cloneDraft(values, { claimName: '{name}-disk' }, '10Gi'),
    ).toBeUndefined();
  });
});
