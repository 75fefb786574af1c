import { firstDifference } from './firstDifference';
import { readShippedPolicies, withAccounts } from './shippedPolicies';

const [deletion] = readShippedPolicies();
const copy = () => structuredClone(deletion.policy.spec) as Spec;
interface Spec {
  failurePolicy: string;
  matchConstraints: Record<string, unknown> & {
    resourceRules: Record<string, unknown>[];
  };
  matchConditions: { name: string; expression: string }[];
  validations: { expression: string }[];
}

/** What the API server makes of it when it is applied. */
function defaulted(): Spec {
  const spec = copy();
  spec.matchConstraints.matchPolicy = 'Equivalent';
  spec.matchConstraints.namespaceSelector = {};
  for (const rule of spec.matchConstraints.resourceRules) rule.scope = '*';
  return spec;
}

describe('firstDifference', () => {
  it('takes what the API server adds as no difference', () => {
    expect(
      firstDifference(deletion.policy.spec, defaulted(), 'spec'),
    ).toBeUndefined();
  });

  it.each<[string, (spec: Spec) => void]>([
    ['spec.failurePolicy', spec => (spec.failurePolicy = 'Ignore')],
    [
      'spec.matchConstraints.namespaceSelector.matchLabels',
      spec =>
        (spec.matchConstraints.namespaceSelector = {
          matchLabels: { nobody: 'has this' },
        }),
    ],
    [
      'spec.matchConstraints.excludeResourceRules',
      spec =>
        (spec.matchConstraints.excludeResourceRules = [
          { resources: ['datavolumes'] },
        ]),
    ],
    [
      'spec.matchConstraints.resourceRules[0].scope',
      spec => (spec.matchConstraints.resourceRules[0].scope = 'Cluster'),
    ],
    [
      'spec.matchConstraints.resourceRules[0].resourceNames',
      spec => (spec.matchConstraints.resourceRules[0].resourceNames = ['x']),
    ],
    [
      'spec.matchConditions',
      spec => spec.matchConditions.push({ name: 'off', expression: 'false' }),
    ],
    [
      'spec.validations[0].expression',
      spec => (spec.validations[0].expression += ' || true'),
    ],
  ])('finds %s', (path, change) => {
    const spec = defaulted();
    change(spec);
    expect(firstDifference(deletion.policy.spec, spec, 'spec')).toBe(path);
  });
});

describe('the shipped policies', () => {
  it('are refusals with bindings of the same name', () => {
    const shipped = readShippedPolicies();
    expect(shipped).toHaveLength(9);
    for (const { name, policy, binding } of shipped) {
      expect(policy.spec).toMatchObject({ failurePolicy: 'Fail' });
      expect(binding.spec).toMatchObject({
        policyName: name,
        validationActions: ['Deny', 'Audit'],
      });
    }
  });

  it('get other accounts where these are written into them', () => {
    const written = readShippedPolicies().filter(
      ({ writtenAccounts }) => writtenAccounts,
    );
    expect(written.map(({ writtenAccounts }) => writtenAccounts)).toEqual([
      'cdi',
      'backstage',
      'backstage',
    ]);
    for (const { policy } of written) {
      const other = withAccounts(policy, 'system:serviceaccount:x:y');
      expect(JSON.stringify(other)).toContain(
        "'system:serviceaccount:x:y'.split(',')",
      );
      expect(firstDifference(policy.spec, other.spec, 'spec')).toBe(
        'spec.matchConditions[0].expression',
      );
    }
  });
});
