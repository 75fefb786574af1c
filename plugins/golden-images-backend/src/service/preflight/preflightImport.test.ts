import type { ImportRequest } from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import { as } from '../__testUtils__/world';
import { GIB } from '../__testUtils__/worldWithImage';
import { createWorld } from './__testUtils__/preflightWorld';

const image: ImportRequest = {
  name: 'debian',
  version: '1',
  source: { http: { url: 'https://images.example/d.qcow2' } },
  size: '10Gi',
};
const dora = as('dora');
const lena = as('lena');

describe('pre-flight of an import', () => {
  it('counts target, prime and scratch space', async () => {
    const { preflights, cluster, quota } = createWorld();
    quota('golden-images', {
      'requests.storage': '29Gi',
      'fast.storageclass.storage.k8s.io/requests.storage': '9Gi',
      persistentvolumeclaims: '2',
      'count/datavolumes.cdi.kubevirt.io': '1',
    });
    cluster.put(RESOURCES.cdiConfigs, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'CDIConfig',
      metadata: { name: 'config' },
      status: { scratchSpaceStorageClass: 'fast' },
    });
    const { problems, facts } = await preflights.check({ import: image }, lena);
    expect(facts.uses).toEqual([
      expect.objectContaining({ peakClaims: 3, peakBytes: 30 * GIB }),
    ]);
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['scratch-class', expect.stringContaining('"fast"')],
      ['quota', expect.stringContaining('requests.storage: 30Gi wanted')],
      ['quota', expect.stringContaining('fast.storageclass')],
      ['object-count', expect.stringContaining('3 wanted at peak')],
    ]);
  });

  it('leaves scoped quotas to the cluster', async () => {
    const { preflights, cluster } = createWorld();
    cluster.put(RESOURCES.quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { namespace: 'golden-images', name: 'terminating' },
      spec: { hard: { persistentvolumeclaims: '0' }, scopes: ['Terminating'] },
    });
    expect((await preflights.check({ import: image }, lena)).ok).toBe(true);
  });
});

describe('namespaces', () => {
  it('come with what is left of their quotas', async () => {
    const { namespaces, quota } = createWorld();
    quota(
      'team-a',
      { 'requests.storage': '20Gi' },
      { 'requests.storage': '5Gi' },
    );
    const { items } = await namespaces.list({ for: 'clone' }, dora);
    expect(items).toEqual([
      expect.objectContaining({
        name: 'team-a',
        quota: {
          known: true,
          left: [expect.objectContaining({ left: 15 * GIB })],
        },
      }),
    ]);
  });

  it('come without where quotas may not be read', async () => {
    const { namespaces, cluster } = createWorld();
    const refused = { status: 403, reason: 'Forbidden', message: 'no' };
    cluster.refuseNext('list', 'resourcequotas', refused);
    cluster.refuseNext('list', 'resourcequotas', refused);
    const { items } = await namespaces.list({ for: 'clone' }, dora);
    expect(items[0].quota).toEqual({ known: false, left: [] });
  });
});
