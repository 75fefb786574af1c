import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { Authorizer, EntityAccess } from '../../auth';
import { volumeRuleset } from '../../auth/__testUtils__/volumeRuleset';
import type { GoldenImagesConfig } from '../../config';
import { ImportAllowList } from '../../imports';
import { FakeProber } from './FakeProber';
import { ImportSizer } from '../importSize';
import {
  RESOURCES,
  type KubernetesObject,
} from '../../kubernetes/ClusterClient';
import type { Clock } from '../Clock';
import { ActivityService } from '../ActivityService';
import { CloneBatchService } from '../CloneBatchService';
import { ClusterDirectory } from '../ClusterDirectory';
import { DependentsReader } from '../DependentsReader';
import { HoldService } from '../HoldService';
import { ImageAccess } from '../ImageAccess';
import { ImageService } from '../ImageService';
import { MetadataService } from '../MetadataService';
import { Clones } from '../clones';
import { ManifestService } from '../ManifestService';
import { NamespaceService } from '../NamespaceService';
import { Preflight } from '../preflight';
import { CDI_WEBHOOK } from '../preflight/FactsReader';
import { ProbeService } from '../ProbeService';
import { PreflightService } from '../PreflightService';
import { RetirementService } from '../RetirementService';
import { VersionService } from '../VersionService';
import { OrphanedVolumes } from '../OrphanedVolumes';
import { VolumeDeleter } from '../VolumeDeleter';
import { VolumeExpander } from '../VolumeExpander';
import { VolumeOwnerAccess } from '../VolumeOwnerAccess';
import { VolumeReader } from '../VolumeReader';
import { VolumeService } from '../VolumeService';
import { WaitService } from '../WaitService';
import { FakeCluster } from './FakeCluster';
import { FakeTracking } from './FakeTracking';

export const NOW_MS = Date.parse('2026-01-01T00:00:00.000Z');

/** Ada administers, Lena owns images, Dora is of team-a, Emil of team-b. */
const PEOPLE: Record<string, string[]> = {
  'user:default/ada': ['group:default/admins'],
  'user:default/lena': ['group:default/librarians'],
  'user:default/dora': ['group:default/team-a'],
  'user:default/emil': ['group:default/team-b'],
};

export const component = (
  name: string,
  owner: string,
  annotations: Record<string, string> = {
    'backstage.io/kubernetes-id': `${name}-id`,
  },
): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    namespace: 'default',
    name,
    annotations,
  },
  relations: [{ type: 'ownedBy', targetRef: owner }],
});

/** The services over one fake cluster, people and catalog. */
export function createWorld(
  change: Partial<GoldenImagesConfig> = {},
  more: Entity[] = [],
) {
  const cluster = new FakeCluster();
  const tracking = new FakeTracking(cluster);
  for (const [name, owner] of Object.entries({
    'golden-images': 'group:default/librarians',
    'team-a': 'group:default/team-a',
    'team-b': 'group:default/team-b',
    nobodys: undefined,
  })) {
    cluster.put(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        annotations: owner ? { [ANNOTATIONS.owner]: owner } : {},
      },
    });
    tracking.namespaces.push({
      cluster: 'dev',
      name,
      annotatedOwner: owner,
      terminating: false,
    });
  }
  cluster.put(RESOURCES.mutatingWebhooks, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: CDI_WEBHOOK },
  });
  cluster.put(RESOURCES.cdiConfigs, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'CDIConfig',
    metadata: { name: 'config' },
    status: { filesystemOverhead: { global: '0.06' } },
  } as KubernetesObject);
  const config: GoldenImagesConfig = {
    clusters: [
      {
        name: 'dev',
        connection: { type: 'in-cluster' },
        scope: 'cluster',
        imageNamespaces: ['golden-images'],
        namespaces: [],
      },
    ],
    admins: ['group:default/admins'],
    imports: { allow: [{ host: 'images.example', allowAddresses: [] }] },
    history: { keepForMs: 90 * 24 * 3_600_000 },
    ...change,
  };
  let nowMs = NOW_MS;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: async durationMs => {
      nowMs += durationMs;
    },
  };
  const permissions = mockServices.permissions.mock();
  permissions.authorize.mockImplementation(async requests =>
    requests.map(() => ({ result: 'ALLOW' as const })),
  );
  permissions.authorizeConditional.mockImplementation(async requests =>
    requests.map(() => ({ result: 'ALLOW' as const })),
  );
  const userInfo = mockServices.userInfo.mock();
  userInfo.getUserInfo.mockImplementation(async credentials => {
    const { userEntityRef } = credentials.principal as {
      userEntityRef: string;
    };
    return {
      userEntityRef,
      ownershipEntityRefs: [userEntityRef, ...(PEOPLE[userEntityRef] ?? [])],
    };
  });
  const catalog = catalogServiceMock({
    entities: [
      component('orders', 'group:default/team-a'),
      component('billing', 'group:default/team-b'),
      ...more,
    ],
  });
  const { admins } = config;
  const logger = mockServices.logger.mock();
  const prober = new FakeProber();
  const clusters = new ClusterDirectory(config, tracking);
  const shared = {
    tracking,
    clusters,
    clock,
    admins,
    prober,
    authorizer: new Authorizer({
      permissions,
      userInfo,
      admins,
      clock,
      volumeRuleset,
    }),
    preflight: new Preflight({ tracking, clock }),
    entities: new EntityAccess(catalog, clock),
    allowList: new ImportAllowList(config.imports.allow, {
      resolve: async () => ['93.184.216.34'],
    }),
  };
  const parts = { ...shared, clones: new Clones(shared) };
  const images = new ImageService(parts);
  const owned = { ...parts, volumeAccess: new VolumeOwnerAccess(parts) };
  const volumeReader = new VolumeReader(parts);
  const kept = {
    ...parts,
    access: new ImageAccess(parts),
    dependents: new DependentsReader(parts),
  };
  return {
    cluster,
    tracking,
    permissions,
    prober,
    authorizer: parts.authorizer,
    clock,
    activities: new ActivityService(parts),
    images,
    metadata: new MetadataService(kept),
    volumeDeleter: new VolumeDeleter(owned),
    volumeExpander: new VolumeExpander(owned),
    orphans: new OrphanedVolumes({
      ...parts,
      catalog,
      auth: mockServices.auth(),
    }),
    probes: new ProbeService({ ...parts, sizer: new ImportSizer(parts) }),
    preflights: new PreflightService({ ...parts, images }),
    manifests: new ManifestService({ ...parts, images }),
    versions: new VersionService(kept),
    holds: new HoldService(kept),
    retirements: new RetirementService(kept),
    volumes: new VolumeService(parts),
    cloneBatches: new CloneBatchService({ ...parts, logger }),
    logger,
    volumeReader,
    namespaces: new NamespaceService(parts),
    waits: new WaitService({ ...parts, volumes: volumeReader }),
  };
}

export const as = (name: string) => ({
  credentials: mockCredentials.user(`user:default/${name}`),
});
