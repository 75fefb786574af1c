import {
  ANNOTATIONS,
  LABELS,
  type ClusterProtection,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { testDatabases } from '../../database/__testUtils__/testDatabases';
import {
  KubernetesApiError,
  RESOURCES,
  type ObjectRef,
  type ResourceType,
} from '../../kubernetes';
import type { Tracking } from '../../tracking';
import { FakeCluster } from '../../tracking/__testUtils__/FakeCluster';
import {
  IMAGES,
  startTracking,
  until,
} from '../../tracking/__testUtils__/startTracking';
import { TestTiming } from '../../tracking/__testUtils__/TestTiming';
import { World } from '../../tracking/__testUtils__/world';
import { readShippedPolicies } from './shippedPolicies';

jest.setTimeout(30_000);

const { configMaps, dataVolumes, namespaces, policies } = RESOURCES;
const { policyBindings, serviceAccounts } = RESOURCES;
const databases = testDatabases();
const key = (name: string) => ({ cluster: 'c1', namespace: IMAGES, name });
const SYSTEM = 'golden-images-system';
const DELETE = 'golden-images-delete';

const refused = (policy: string) =>
  new KubernetesApiError({
    status: 403,
    message: `datavolumes.cdi.kubevirt.io "debian-12" is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: it is protected`,
  });

describe.each(databases.eachSupportedId())('protection on %s', id => {
  let knex: Knex;
  let cluster: FakeCluster;
  let world: World;
  let tracking: Tracking;
  let timing: TestTiming;

  beforeEach(async () => {
    knex = await databases.init(id);
    cluster = new FakeCluster();
    world = new World(cluster);
    timing = new TestTiming();
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
  });

  /** As `kubectl apply -k` leaves it. */
  function install() {
    for (const { policy, binding } of readShippedPolicies()) {
      cluster.put(policies, policy);
      cluster.put(policyBindings, binding);
    }
    cluster.put(configMaps, {
      metadata: { name: 'golden-images-accounts', namespace: SYSTEM },
      data: { cdi: 'system:serviceaccount:cdi:cdi-sa' },
    });
    cluster.put(serviceAccounts, {
      metadata: { name: 'cdi-sa', namespace: 'cdi' },
    });
    cluster.change(namespaces, undefined, IMAGES, {
      metadata: { labels: { [LABELS.protected]: 'true' } },
    });
    cluster.refuseDeletion = () => refused(DELETE);
  }

  async function start(over: object = {}) {
    ({ tracking } = await startTracking(knex, [cluster], timing, over));
  }

  async function publish() {
    world.requestImport('debian', '12');
    world.finishImport('debian-12');
    await until('it is known', () =>
      tracking.reader.getImage(key('debian-12')),
    );
  }

  const imageIs = (protection: string, reason?: RegExp) =>
    until(`the image is ${protection}`, async () => {
      timing.pass(1_000);
      const row = await tracking.reader.getImage(key('debian-12'));
      const { object } = row ?? {};
      const matches = reason?.test(object?.protectionReason ?? '') ?? true;
      return object?.protection === protection && matches && object;
    });

  /** Once it was looked at after this moment. */
  async function lookedAt(): Promise<ClusterProtection> {
    const from = new Date(timing.nowMs()).toISOString();
    return until('the cluster is looked at', async () => {
      timing.pass(1_000);
      const [{ protection }] = await tracking.clusterStatus('c1');
      return protection && protection.checkedAt > from && protection;
    });
  }

  const levels = ({ policies: found }: ClusterProtection) =>
    Object.fromEntries(found.map(({ name, level }) => [name, level]));
  const reasonOf = ({ policies: found }: ClusterProtection, name: string) =>
    found.find(each => each.name === name)?.reason;

  it('is proved for deletion and configured for the rest where all is in force', async () => {
    install();
    await start();
    await publish();
    const image = await imageIs('proved');
    expect(image).not.toHaveProperty('protectionReason');
    const found = await lookedAt();
    expect(levels(found)).toEqual({
      [DELETE]: 'proved',
      'golden-images-change': 'configured',
      'golden-images-size': 'configured',
      'golden-images-mount': 'configured',
      'golden-images-adopt': 'configured',
      'golden-images-namespace-delete': 'configured',
      'golden-images-namespace-marks': 'configured',
      'golden-images-volume': 'configured',
      'golden-images-volume-namespace': 'configured',
    });
    expect(found.problems).toEqual([]);
    expect(cluster.writes.filter(each => each.startsWith('delete'))).toEqual(
      [],
    );
  });

  it('is advisory where nothing is installed, and says so', async () => {
    await start();
    await publish();
    await imageIs('advisory', /would delete it: the policy is not there/);
    const found = await lookedAt();
    expect(new Set(Object.values(levels(found)))).toEqual(
      new Set(['advisory']),
    );
    expect(levels(found)).not.toHaveProperty(['golden-images-volume']);
    expect(found.problems).toEqual([]);
  });

  it('misses the policies on volumes only where it needs them', async () => {
    await start({ retain: true });
    const found = await lookedAt();
    expect(reasonOf(found, 'golden-images-volume')).toBe(
      'the policy is not there',
    );
  });

  it('follows policies as they come and go', async () => {
    await start();
    await publish();
    await imageIs('advisory');
    install();
    await imageIs('proved');
    cluster.remove(policyBindings, undefined, DELETE);
    cluster.refuseDeletion = () => undefined;
    await imageIs(
      'advisory',
      /would delete it: the binding of the policy is not there/,
    );
    expect(levels(await lookedAt())).toMatchObject({ [DELETE]: 'advisory' });
  });

  it('is configured where the cluster refuses by something else', async () => {
    install();
    cluster.refuseDeletion = () =>
      new KubernetesApiError({
        status: 403,
        message: 'datavolumes "debian-12" is forbidden: cannot delete',
      });
    await start();
    await publish();
    await imageIs('configured', /could not be proved: .*cannot delete/);
    expect(levels(await lookedAt())).toMatchObject({ [DELETE]: 'configured' });
  });

  it('is not proved by a policy of somebody else', async () => {
    cluster.refuseDeletion = () => refused('their-delete');
    await start();
    await publish();
    expect(await imageIs('advisory', /policy/)).toMatchObject({
      protectionReason: 'the policy is not there',
    });
  });

  it('is not proved while the claim alone could be deleted', async () => {
    install();
    cluster.refuseDeletion = ({ type }: ObjectRef) =>
      type === dataVolumes ? refused(DELETE) : undefined;
    await start();
    await publish();
    const image = await imageIs('advisory', /would delete it/);
    expect(image.state).toBe('ready');
  });

  it('ends for an image that is released', async () => {
    install();
    await start();
    await publish();
    await imageIs('proved');
    cluster.refuseDeletion = () => undefined;
    cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.allowDelete]: 'true' } },
    });
    const image = await imageIs('advisory', /would delete it/);
    expect(image.protectionReason).toBe(
      'The cluster would delete it: it was released',
    );
  });

  it('does not try what others made', async () => {
    const tried: string[] = [];
    cluster.refuseDeletion = ({ name }) => {
      tried.push(name);
      return undefined;
    };
    cluster.put(dataVolumes, {
      metadata: { name: 'debian-12', namespace: IMAGES },
      spec: { source: { http: { url: 'https://example.com/b.qcow2' } } },
    });
    await start();
    await imageIs('advisory', /was not made here/);
    expect(tried).toEqual([]);
  });

  it('says where a policy is not as it is shipped', async () => {
    install();
    cluster.change(policies, undefined, 'golden-images-size', {
      spec: { failurePolicy: 'Ignore' },
    });
    cluster.change(policyBindings, undefined, 'golden-images-adopt', {
      spec: { validationActions: ['Audit'] },
    });
    await start();
    const found = await lookedAt();
    expect(reasonOf(found, 'golden-images-size')).toBe(
      'it is not as it is shipped with this version: spec.failurePolicy',
    );
    expect(reasonOf(found, 'golden-images-adopt')).toBe(
      'it is not as it is shipped with this version: spec of the binding.validationActions',
    );
  });

  it('knows the accounts that are written into a policy by the ConfigMap', async () => {
    install();
    cluster.change(configMaps, SYSTEM, 'golden-images-accounts', {
      data: { cdi: 'system:serviceaccount:openshift-cnv:cdi-sa' },
    });
    await start();
    const found = await lookedAt();
    expect(reasonOf(found, 'golden-images-mount')).toMatch(
      /not as it is shipped.*matchConditions\[0\].expression/,
    );
    expect(found.problems).toEqual([
      'ConfigMap golden-images-system/golden-images-accounts names system:serviceaccount:openshift-cnv:cdi-sa as the account of CDI (key "cdi"), and there is none such: imports would hang without a word.',
    ]);
  });

  it('says what stands in the way', async () => {
    install();
    cluster.remove(configMaps, SYSTEM, 'golden-images-accounts');
    cluster.change(namespaces, undefined, IMAGES, {
      metadata: { labels: { [LABELS.protected]: null } },
    });
    cluster.deniedVerbs.add('manage-golden');
    await start();
    expect((await lookedAt()).problems).toEqual([
      expect.stringContaining('golden-images-accounts is missing'),
      expect.stringContaining('may not manage-golden'),
      expect.stringContaining('does not bear the label'),
    ]);
  });

  it('says that policies may not be read', async () => {
    install();
    const { get } = cluster;
    const unreadable: ResourceType[] = [policies, configMaps];
    cluster.get = async ref => {
      if (unreadable.includes(ref.type)) {
        throw new KubernetesApiError({ status: 403, message: 'forbidden' });
      }
      return get.call(cluster, ref) as never;
    };
    await start();
    const found = await lookedAt();
    expect(reasonOf(found, DELETE)).toBe(
      'the account of the backend may not read policies',
    );
    unreadable.shift();
    const again = await lookedAt();
    expect(levels(again)).toMatchObject({
      [DELETE]: 'configured',
      'golden-images-mount': 'advisory',
    });
    expect(again.problems).toEqual([
      expect.stringContaining('may not be read by the account of the backend'),
    ]);
  });

  it('is shown by instances that do not follow the cluster', async () => {
    install();
    await start();
    const found = await lookedAt();
    const { tracking: other } = await startTracking(knex, [cluster], timing);
    const seen = await until('the other sees it', async () => {
      timing.pass(1_000);
      const [{ protection }] = await other.clusterStatus('c1');
      return (
        protection && protection.checkedAt >= found.checkedAt && protection
      );
    });
    expect(levels(seen)).toEqual(levels(found));
    await other.stop();
  });
});
