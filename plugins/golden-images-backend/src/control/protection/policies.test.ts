import {
  accounts,
  BACKSTAGE,
  CDI,
  COLLECTOR,
  helper,
  image,
  larger,
  mount,
  namespace,
  NAMESPACES,
  pod,
  PREFIX,
  raw,
  released,
  volume,
} from './__testUtils__/admissionObjects';
import { decide, type AdmissionContext } from './__testUtils__/decide';
import { readShippedPolicies } from './shippedPolicies';

type Case = [
  policy: string,
  title: string,
  context: Partial<AdmissionContext>,
  refused: boolean,
];

const deletion = (context: Partial<AdmissionContext>) => ({
  oldObject: image(),
  params: accounts,
  ...context,
});
const change = (
  object: object,
  context: Partial<AdmissionContext> = {},
  oldObject: object | undefined = image(),
) => ({ object, oldObject, params: accounts, ...context });
const creation = (object: object, context: Partial<AdmissionContext> = {}) => ({
  object,
  params: accounts,
  ...context,
});

const deprecated = image({ annotations: { [`${PREFIX}deprecated`]: '{}' } });

const CASES: Case[] = [
  ['delete', 'by a developer', deletion({}), true],
  ['delete', 'by a keeper', deletion({ keeper: true }), true],
  ['delete', 'by CDI', deletion({ username: CDI }), true],
  [
    'delete',
    'after it was released',
    deletion({ oldObject: image(released) }),
    false,
  ],
  [
    'delete',
    'by the garbage collector',
    deletion({ username: COLLECTOR }),
    false,
  ],
  [
    'delete',
    'of a helper by CDI',
    deletion({ username: CDI, oldObject: image(helper) }),
    false,
  ],
  [
    'delete',
    'of a helper by CDI of OpenShift',
    deletion({
      username: 'system:serviceaccount:openshift-cnv:cdi-sa',
      oldObject: image(helper),
    }),
    false,
  ],
  [
    'delete',
    'of a helper by a developer',
    deletion({ oldObject: image(helper) }),
    true,
  ],
  [
    'delete',
    'with its namespace',
    deletion({ username: NAMESPACES, namespaceObject: namespace({}) }),
    true,
  ],
  [
    'delete',
    'with its released namespace',
    deletion({ username: NAMESPACES, namespaceObject: namespace(released) }),
    false,
  ],
  ['change', 'a golden image is made by a developer', creation(image()), true],
  [
    'change',
    'a golden image is made by a keeper',
    creation(image(), { keeper: true }),
    false,
  ],
  [
    'change',
    'a golden claim is made by CDI',
    creation(image(), { username: CDI }),
    false,
  ],
  [
    'change',
    'a golden image is named like a helper',
    creation(image(helper), { keeper: true }),
    true,
  ],
  ['change', 'the label is taken off', change(image({ labels: {} })), true],
  [
    'change',
    'the label is taken off by a keeper',
    change(image({ labels: {} }), { keeper: true }),
    false,
  ],
  ['change', 'it is released by a developer', change(image(released)), true],
  ['change', 'it is deprecated by a developer', change(deprecated), true],
  [
    'change',
    'it is deprecated by a keeper',
    change(deprecated, { keeper: true }),
    false,
  ],
  [
    'change',
    'its deprecation is taken away by a developer',
    change(image(), {}, deprecated),
    true,
  ],
  [
    'change',
    'an order is given to CDI',
    change(
      image({ annotations: { 'cdi.kubevirt.io/storage.upload.target': '' } }),
    ),
    true,
  ],
  [
    'change',
    'an annotation without meaning is set',
    change(image({ annotations: { note: 'x' } })),
    false,
  ],
  [
    'change',
    'an owner is given',
    change(image({ ownerReferences: [{ uid: '1' }] })),
    true,
  ],
  ['change', 'a finalizer is set', change(image({ finalizers: ['x'] })), true],
  [
    'change',
    'its status is written',
    change(image({}, { status: { phase: 'Lost' } })),
    false,
  ],
  [
    'change',
    'the status of a DataSource is written',
    change(
      image({}, { kind: 'DataSource', status: { a: 1 } }),
      {},
      image({}, { kind: 'DataSource' }),
    ),
    true,
  ],
  ['size', 'it grows', change(larger(), { keeper: true }), true],
  [
    'size',
    'it grows by Longhorn',
    change(larger(), { username: accounts.data.longhorn }),
    true,
  ],
  [
    'size',
    'it grows as is allowed',
    change(larger({ annotations: { [`${PREFIX}allow-expand`]: 'true' } })),
    false,
  ],
  [
    'size',
    'it is written otherwise',
    change(
      image({}, { spec: { resources: { requests: { storage: '10240Mi' } } } }),
    ),
    false,
  ],
  [
    'size',
    'a helper grows by CDI',
    change(larger(helper), { username: CDI }, image(helper)),
    false,
  ],
  [
    'mount',
    'read-write',
    creation(pod({ volumes: [mount()] }), { params: image() }),
    true,
  ],
  [
    'mount',
    'read-only',
    creation(pod({ volumes: [mount(true)] }), { params: image() }),
    false,
  ],
  [
    'mount',
    'another claim read-write',
    creation(pod({ volumes: [mount(false, 'own')] }), { params: image() }),
    false,
  ],
  ['mount', 'as a device', creation(pod(raw), { params: image() }), true],
  [
    'mount',
    'as a device of an added container',
    creation(
      pod({ ...raw, containers: [{}], ephemeralContainers: raw.containers }),
      { params: image() },
    ),
    true,
  ],
  [
    'mount',
    'read-write by CDI',
    creation(pod({ volumes: [mount()] }), { params: image(), username: CDI }),
    false,
  ],
  ['adopt', 'its name is taken', creation(image(), { params: image() }), true],
  [
    'adopt',
    'its name is taken by a keeper',
    creation(image(), { params: image(), keeper: true }),
    false,
  ],
  [
    'adopt',
    'another name is taken',
    creation(image({ name: 'x' }), { params: image() }),
    false,
  ],
  ['namespace-delete', 'as it is', { oldObject: namespace({}) }, true],
  [
    'namespace-delete',
    'after it was released',
    { oldObject: namespace(released) },
    false,
  ],
  [
    'namespace-marks',
    'the protection is taken off',
    change(
      namespace({}),
      {},
      namespace({ labels: { [`${PREFIX}protected`]: 'true' } }),
    ),
    true,
  ],
  [
    'namespace-marks',
    'an owner is named at its creation',
    creation(
      namespace({ annotations: { [`${PREFIX}owner`]: 'group:default/a' } }),
    ),
    true,
  ],
  [
    'namespace-marks',
    'an owner is named by a keeper',
    change(
      namespace({ annotations: { [`${PREFIX}owner`]: 'x' } }),
      { keeper: true },
      namespace({}),
    ),
    false,
  ],
  [
    'namespace-marks',
    'something else is written',
    change(namespace({ labels: { a: 'b' } }), {}, namespace({})),
    false,
  ],
  [
    'volume',
    'the reclaim policy',
    change(
      volume('Retain'),
      { username: BACKSTAGE, keeper: true },
      volume('Delete'),
    ),
    false,
  ],
  [
    'volume',
    'the reclaim policy where it keeps nothing',
    change(volume('Retain'), { username: BACKSTAGE }, volume('Delete')),
    true,
  ],
  [
    'volume',
    'another field',
    change(
      volume('Retain', { storageClassName: 'x' }),
      { username: BACKSTAGE, keeper: true },
      volume('Delete'),
    ),
    true,
  ],
  [
    'volume',
    'a label of its own',
    change(
      volume('Delete', {}, { labels: { [`${PREFIX}role`]: 'golden-image' } }),
      { username: BACKSTAGE, keeper: true },
      volume('Delete'),
    ),
    false,
  ],
  [
    'volume',
    'a label of others',
    change(
      volume('Delete', {}, { labels: { a: 'b' } }),
      { username: BACKSTAGE, keeper: true },
      volume('Delete'),
    ),
    true,
  ],
  [
    'volume',
    'anything by somebody else',
    change(volume('Retain', { a: 1 }), {}, volume('Delete')),
    false,
  ],
  [
    'volume-namespace',
    'of a namespace that is not protected',
    change(
      volume('Retain'),
      { username: BACKSTAGE, params: namespace({}) },
      volume('Delete'),
    ),
    true,
  ],
  [
    'volume-namespace',
    'of another namespace than the parameter',
    change(
      volume('Retain'),
      { username: BACKSTAGE, params: namespace({ name: 'x' }) },
      volume('Delete'),
    ),
    false,
  ],
];

describe('the policies that are shipped', () => {
  const shipped = new Map(
    readShippedPolicies().map(policy => [policy.name, policy]),
  );

  it.each(CASES)('%s: %s', (name, _, context, refused) => {
    const policy = shipped.get(`golden-images-${name}`)!;
    const message = decide(policy, {
      username: 'dev',
      resource: 'persistentvolumeclaims',
      keeper: false,
      ...context,
    });
    expect(message === undefined ? 'let through' : 'refused').toBe(
      refused ? 'refused' : 'let through',
    );
    expect(message ?? 'no words').toMatch(/^[^']{5,400}$/);
  });

  it('have a case for and against each of them', () => {
    for (const refused of [true, false]) {
      const names = CASES.filter(each => each[3] === refused).map(
        ([name]) => `golden-images-${name}`,
      );
      expect(new Set(names)).toEqual(new Set(shipped.keys()));
    }
  });
});
