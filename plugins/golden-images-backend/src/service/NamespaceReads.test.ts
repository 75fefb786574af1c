import type { ClusterConfig } from '../config/types';
import { RESOURCES, type KubernetesObject } from '../kubernetes/ClusterClient';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { Tracking } from '../tracking';
import { NamespaceReads } from './NamespaceReads';

const cluster = { name: 'dev', namespaces: [] } as unknown as ClusterConfig;

const namespace = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    annotations: { 'golden-images.backstage.io/owner': 'group:default/a' },
  },
});

/** A cluster with team-0 to team-29, and what it was asked. */
function setUp(options: { mayList: boolean }) {
  const asked: string[] = [];
  const all = Array.from({ length: 30 }, (_, index) =>
    namespace(`team-${index}`),
  );
  const client = {
    list: async () => {
      asked.push('list');
      if (!options.mayList) {
        throw new KubernetesApiError({ status: 403, message: 'forbidden' });
      }
      return all;
    },
    get: async ({ type, name }: { type: object; name: string }) => {
      expect(type).toBe(RESOURCES.namespaces);
      asked.push(name);
      return all.find(({ metadata }) => metadata.name === name);
    },
  };
  const reads = new NamespaceReads({
    client: () => client,
  } as unknown as Tracking);
  return { reads, asked };
}

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `team-${index}`);

describe('NamespaceReads', () => {
  it('reads those that are asked for together once each', async () => {
    const { reads, asked } = setUp({ mayList: true });
    const facts = await Promise.all(
      [...names(3), ...names(3)].map(name => reads.read(cluster, name)),
    );
    expect(facts.map(({ name, owner }) => `${name} ${owner}`)).toEqual(
      [...names(3), ...names(3)].map(name => `${name} group:default/a`),
    );
    expect(asked).toEqual(names(3));
  });

  it('reads them anew for whoever comes later', async () => {
    const { reads, asked } = setUp({ mayList: true });
    await reads.read(cluster, 'team-0');
    await reads.read(cluster, 'team-0');
    expect(asked).toEqual(['team-0', 'team-0']);
  });

  it('lists all where many are asked for', async () => {
    const { reads, asked } = setUp({ mayList: true });
    const facts = await Promise.all(
      [...names(30), 'none'].map(name => reads.read(cluster, name)),
    );
    expect(facts.map(({ name, exists }) => [name, exists])).toEqual([
      ...names(30).map(name => [name, true]),
      ['none', false],
    ]);
    expect(asked).toEqual(['list']);
  });

  it('reads each where it may not list', async () => {
    const { reads, asked } = setUp({ mayList: false });
    const facts = await Promise.all(
      names(25).map(name => reads.read(cluster, name)),
    );
    expect(facts.every(({ exists }) => exists)).toBe(true);
    expect(asked).toEqual(['list', ...names(25)]);
  });
});
