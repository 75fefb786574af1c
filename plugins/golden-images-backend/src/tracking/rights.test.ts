import type { ClusterConfig } from '../config/types';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import {
  KubernetesApiError,
  type ClusterWatcher,
  type ResourceType,
} from '../kubernetes';
import { LONGHORN_NAMESPACE, feedsOf, longhornFeed } from './feeds';
import { neededRights } from './neededRights';
import { missingRights } from './rights';

const cluster = (scope: ClusterConfig['scope']): ClusterConfig => ({
  name: 'dev',
  connection: { type: 'in-cluster' },
  scope,
  imageNamespaces: ['golden-images'],
  namespaces: [],
});
/** Lacks what is listed, such as `get volumesnapshots team-a`. */
const without = (...lacking: string[]) =>
  ({
    mayI: async (verb: string, type: ResourceType, namespace?: string) =>
      !lacking.includes(
        [verb, type.resource, namespace].filter(Boolean).join(' '),
      ),
  } as ClusterWatcher);

describe('missing rights', () => {
  it('are none where everything is granted', async () => {
    expect(await missingRights(without(), cluster('cluster'))).toEqual([]);
  });

  it('switch off images of claims and of snapshots, each by itself', async () => {
    const watcher = without(
      'create datavolumes/source team-a',
      'get volumesnapshots team-b',
    );
    expect(await missingRights(watcher, cluster(['team-a', 'team-b']))).toEqual(
      [
        {
          feature: 'image-from-claim',
          reason:
            'The account of the backend may not create datavolumes/source.cdi.kubevirt.io in team-a',
        },
        {
          feature: 'image-from-snapshot',
          reason:
            'The account of the backend may not get volumesnapshots.snapshot.storage.k8s.io in team-b',
        },
      ],
    );
    expect(
      await missingRights(without('get volumesnapshots'), cluster('cluster')),
    ).toEqual([
      expect.objectContaining({
        feature: 'image-from-snapshot',
        reason: expect.stringMatching(/in every namespace$/),
      }),
    ]);
  });

  it('are those of writes to disks that were cloned too, each named once', async () => {
    const lacking = [
      'patch persistentvolumeclaims team-a',
      'create persistentvolumeclaims team-a',
      'delete persistentvolumeclaims golden-images',
      'patch datavolumes golden-images',
    ];
    const missing = await missingRights(
      without(...lacking),
      cluster(['team-a', 'golden-images']),
    );
    const may = 'The account of the backend may not';
    const claims = 'persistentvolumeclaims';
    expect(missing).toEqual([
      {
        feature: 'identity',
        reason: `${may} patch datavolumes.cdi.kubevirt.io in golden-images`,
      },
      {
        feature: 'release',
        reason: `${may} delete ${claims} in golden-images`,
      },
      { feature: 'identity', reason: `${may} patch ${claims} in team-a` },
      { feature: 'expand', reason: `${may} patch ${claims} in team-a` },
      {
        feature: 'refused-claims',
        reason: `${may} create ${claims} in team-a`,
      },
    ]);
  });

  it('are those of what is in no namespace, and of Longhorn', async () => {
    const watcher = without(
      'get storageprofiles',
      'patch persistentvolumes',
      'list snapshots longhorn-system',
    );
    const missing = await missingRights(watcher, cluster('cluster'));
    expect(missing).toEqual([
      {
        feature: 'preflight',
        reason:
          'The account of the backend may not get storageprofiles.cdi.kubevirt.io',
      },
      {
        feature: 'clones-left',
        reason:
          'The account of the backend may not list snapshots.longhorn.io in longhorn-system',
      },
    ]);
    const retaining = { ...cluster('cluster'), retain: true };
    expect(await missingRights(watcher, retaining)).toContainEqual({
      feature: 'retain',
      reason: 'The account of the backend may not patch persistentvolumes',
    });
  });

  it('are not known where reviews are not answered', async () => {
    const watcher = {
      mayI: async (verb: string) => {
        if (verb === 'list') {
          throw new KubernetesApiError({ status: 503, message: 'later' });
        }
        return false;
      },
    } as unknown as ClusterWatcher;
    expect(await missingRights(watcher, cluster('cluster'))).toBeUndefined();
  });
});

describe('the manifests', () => {
  const manifests = join(__dirname, '../../manifests');
  interface Role {
    kind: string;
    metadata: { name: string };
    rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  }
  const rolesOf = (file: string): Role[] =>
    parseAllDocuments(readFileSync(join(manifests, file), 'utf8'))
      .map(document => document.toJS())
      .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  /** Where each role is bound, as its comments say. */
  const BOUND: Record<string, string[]> = {
    'golden-images-image-namespace': ['golden-images'],
    'golden-images-developer-namespace': ['team-a'],
    'golden-images-source-namespace': ['team-a'],
    'golden-images-longhorn': [LONGHORN_NAMESPACE],
    'golden-images-read': [''],
    'golden-images-retain': [''],
  };
  const granted = new Set(
    [
      ...rolesOf('rbac.yaml'),
      ...rolesOf('protection/rbac-retain.yaml'),
    ].flatMap(({ metadata: { name }, rules }) =>
      rules.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap(group =>
          resources.flatMap(resource =>
            verbs.flatMap(verb =>
              BOUND[name].map(
                namespace => `${verb} ${resource}.${group} ${namespace}`,
              ),
            ),
          ),
        ),
      ),
    ),
  );
  const configured = {
    ...cluster(['golden-images', 'team-a']),
    retain: true,
  };
  const needed = new Set(
    [
      ...neededRights(configured),
      ...[...feedsOf(configured), longhornFeed(LONGHORN_NAMESPACE)].flatMap(
        ({ feed: { type, scope } }) =>
          ['list', 'watch'].map(verb => ({
            verb,
            type,
            namespace: scope.namespace,
          })),
      ),
    ].map(({ verb, type: { resource, group, namespaced }, namespace }) =>
      [verb, `${resource}.${group}`, namespaced ? namespace : ''].join(' '),
    ),
  );
  it('grant all that is needed', () => {
    expect([...needed].filter(right => !granted.has(right))).toEqual([]);
  });

  it('grant nothing else', () => {
    expect([...granted].filter(right => !needed.has(right))).toEqual([]);
  });
});
