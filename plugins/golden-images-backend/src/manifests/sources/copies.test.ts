import {
  Quantity,
  type ImportRequest,
  type ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { importProblems } from '../../service/importProblems';
import { mismatches } from '../../service/origins/mismatches';
import type { ImageOrigin } from '..';
import { CdiRules, manifestOf, requestOf } from './__testUtils__/CdiRules';

const FOUND = {
  namespace: 'kube-public',
  name: 'disk',
  uid: 'u',
  size: Quantity.parse('10Gi'),
  storageClass: 'longhorn-wffc',
};
const pvc = { namespace: FOUND.namespace, name: FOUND.name };

const ORIGINS: [string, ImportSource, ImageOrigin][] = [
  ['claim', { pvc }, { ...FOUND, kind: 'pvc', volumeMode: 'Filesystem' }],
  [
    'Block claim',
    { pvc: { name: 'disk' } },
    { ...FOUND, namespace: 'default', kind: 'pvc', volumeMode: 'Block' },
  ],
  [
    'claim of an archive',
    { pvc },
    {
      ...FOUND,
      kind: 'pvc',
      volumeMode: 'Filesystem',
      contentType: 'archive',
    },
  ],
  [
    'snapshot',
    { snapshot: pvc },
    { ...FOUND, kind: 'snapshot', volumeMode: 'Filesystem' },
  ],
  [
    'Block snapshot',
    { snapshot: pvc },
    { ...FOUND, kind: 'snapshot', volumeMode: 'Block' },
  ],
  [
    'snapshot that does not tell its mode',
    { snapshot: { name: 'disk' } },
    { ...FOUND, namespace: 'default', kind: 'snapshot' },
  ],
];
const OPTIONS: [string, Partial<ImportRequest>][] = [
  ['auto', { size: 'auto' }],
  ['as large', { size: '10Gi' }],
  ['larger', { size: '12Gi' }],
  ['smaller', { size: '9Gi' }],
  ['Filesystem', { volumeMode: 'Filesystem' }],
  ['Block', { volumeMode: 'Block' }],
  ['a disk', { contentType: 'kubevirt' }],
  ['an archive', { contentType: 'archive' }],
  ['Block, an archive', { volumeMode: 'Block', contentType: 'archive' }],
  ['a class', { storageClass: 'longhorn' }],
];

/** What our checks say; all the rest is taken. CDI's webhooks take everything: they look at no source. */
const REFUSED: Record<string, string[]> = {
  'claim, smaller': ['size too-small'],
  'claim, Block': ['volumeMode mode-differs'],
  'claim, an archive': ['contentType invalid'],
  'claim, Block, an archive': [
    'volumeMode invalid',
    'volumeMode mode-differs',
    'contentType invalid',
  ],
  'Block claim, smaller': ['size too-small'],
  'Block claim, Filesystem': ['volumeMode mode-differs'],
  'Block claim, an archive': ['contentType invalid'],
  'Block claim, Block, an archive': [
    'volumeMode invalid',
    'contentType invalid',
  ],
  'claim of an archive, smaller': ['size too-small'],
  'claim of an archive, Block': ['volumeMode mode-differs'],
  'claim of an archive, a disk': ['contentType invalid'],
  'claim of an archive, Block, an archive': [
    'volumeMode invalid',
    'volumeMode mode-differs',
  ],
  'snapshot, smaller': ['size too-small'],
  'snapshot, Block': ['volumeMode mode-differs'],
  'snapshot, Block, an archive': [
    'volumeMode invalid',
    'volumeMode mode-differs',
  ],
  'Block snapshot, smaller': ['size too-small'],
  'Block snapshot, Filesystem': ['volumeMode mode-differs'],
  'Block snapshot, Block, an archive': ['volumeMode invalid'],
  'snapshot that does not tell its mode, smaller': ['size too-small'],
  'snapshot that does not tell its mode, Block, an archive': [
    'volumeMode invalid',
  ],
};
const CASES = ORIGINS.flatMap(([what, source, origin]) =>
  OPTIONS.map(
    ([option, change]) =>
      [`${what}, ${option}`, requestOf(source, change), origin] as const,
  ),
);

describe('images of claims and snapshots, over every option', () => {
  let rules: CdiRules;

  beforeAll(async () => {
    rules = await CdiRules.start();
  }, 60_000);

  afterAll(() => rules.close());

  it.each(CASES)('%s', async (name, request, origin) => {
    const problems = [
      ...importProblems(request),
      ...mismatches(request, origin),
    ].map(({ field, code }) => `${field} ${code}`);
    expect(problems).toEqual(REFUSED[name] ?? []);

    const manifest = manifestOf(request, origin);
    const { kind, namespace } = origin;
    const { contentType, pvc: claim } = manifest.spec;
    expect(manifest.spec.source).toEqual({
      [kind]: { namespace, name: 'disk' },
    });
    expect(claim).toEqual({
      accessModes: ['ReadWriteOnce'],
      volumeMode: request.volumeMode ?? origin.volumeMode ?? 'Filesystem',
      storageClassName: request.storageClass ?? 'longhorn-wffc',
      resources: {
        requests: { storage: request.size === 'auto' ? '10Gi' : request.size },
      },
    });
    expect(contentType).toBe(origin.contentType ?? request.contentType);

    const { status, body } = await rules.dryRun(manifest);
    expect({ status, spec: body.spec ?? body.message }).toEqual({
      status: 201,
      spec: expect.objectContaining(manifest.spec),
    });
    expect(body.metadata.annotations).toHaveProperty([
      'cdi.kubevirt.io/storage.clone.token',
    ]);
  });

  it('a namespace that is not there is refused by CDI, too', async () => {
    const [, , origin] = ORIGINS[0];
    const request = requestOf({ pvc: { namespace: 'nowhere', name: 'disk' } });
    const { status, body } = await rules.dryRun(manifestOf(request, origin));
    expect(status).toBe(422);
    expect(body.message).toContain(
      "Clone source namespace nowhere doesn't exist",
    );
  });
});
