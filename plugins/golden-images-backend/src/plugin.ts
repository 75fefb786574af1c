import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { isResourcePermission } from '@backstage/plugin-permission-common';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  goldenImagesPermissions,
  goldenImagesVolumeReadPermission,
} from '@golden-images/plugin-golden-images-common';
import { Announcer } from './announce';
import {
  Authorizer,
  CurrentMembership,
  EntityAccess,
  goldenVolumeResourceRef,
  goldenVolumeRules,
} from './auth';
import { readGoldenImagesConfig } from './config';
import { ImageProbe, ImportAllowList } from './imports';
import { DefaultClusterClient } from './kubernetes/DefaultClusterClient';
import { TrackingMetrics } from './metrics';
import { createRouter } from './router';
import {
  ActivityService,
  CloneBatchService,
  ClusterDirectory,
  ClusterService,
  Clones,
  CloneTurn,
  DependentsReader,
  HoldService,
  ImageAccess,
  ImageService,
  ImportSizer,
  ManifestService,
  MetadataService,
  NamespaceOwners,
  NamespaceService,
  OrphanedVolumes,
  Preflight,
  PreflightService,
  ProbeService,
  RetirementService,
  VersionService,
  VolumeDeleter,
  VolumeExpander,
  VolumeOwnerAccess,
  VolumeReader,
  VolumeService,
  WaitService,
  systemClock,
} from './service';
import { createTracking } from './tracking';
import { choreTimingServiceRef } from './tracking/choreTimingServiceRef';

/**
 * Tracks golden images and their clones in Kubernetes clusters, makes them, and
 * answers for them over HTTP.
 *
 * @public
 */
export const goldenImagesPlugin = createBackendPlugin({
  pluginId: 'golden-images',
  register(env) {
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        choreTiming: choreTimingServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const { httpRouter, lifecycle, logger } = deps;
        const config = readGoldenImagesConfig(deps.config);
        if (config.clusters.length === 0) {
          logger.warn(
            'No cluster is configured below goldenImages.clusters: lists stay empty, and nothing can be imported or cloned',
          );
        }
        const { admins } = config;
        const metrics = new TrackingMetrics(deps.metrics);
        const tracking = await createTracking({
          config,
          database: deps.database,
          logger,
          createClient: DefaultClusterClient.create,
          choreTiming: deps.choreTiming,
          onRelist: (cluster, resource) => metrics.relisted(cluster, resource),
        });
        metrics.observe({
          clusters: () => tracking.followed(),
          waiting: () => tracking.queue.countWaiting(),
          nowMs: () => systemClock.nowMs(),
        });
        const announcer = new Announcer(deps);
        const clusters = new ClusterDirectory(config, tracking);
        const owners = new NamespaceOwners({ tracking, clusters });
        deps.permissionsRegistry.addPermissions(
          goldenImagesPermissions.filter(
            permission => !isResourcePermission(permission),
          ),
        );
        deps.permissionsRegistry.addResourceType({
          resourceRef: goldenVolumeResourceRef,
          permissions: [goldenImagesVolumeReadPermission],
          rules: Object.values(goldenVolumeRules),
          getResources: refs => owners.volumes(refs),
        });
        const authorizer = new Authorizer({
          ...deps,
          admins,
          clock: systemClock,
          volumeRuleset: deps.permissionsRegistry.getPermissionRuleset(
            goldenVolumeResourceRef,
          ),
        });
        const entities = new EntityAccess(deps.catalog, systemClock);
        const allowList = new ImportAllowList(config.imports.allow);
        const shared = {
          tracking,
          clusters,
          authorizer,
          entities,
          allowList,
          prober: new ImageProbe({ allowList }),
          admins,
          clock: systemClock,
          preflight: new Preflight({ tracking, clock: systemClock }),
        };
        const parts = { ...shared, clones: new Clones(shared) };
        const images = new ImageService(parts);
        const owned = { ...parts, volumeAccess: new VolumeOwnerAccess(parts) };
        const turn = new CloneTurn({
          clones: parts.clones,
          membership: new CurrentMembership(deps.catalog, admins),
          auth: deps.auth,
        });
        tracking.queue.carryOutWith(turn.carryOut);
        const volumeReader = new VolumeReader(parts);
        const kept = {
          ...parts,
          access: new ImageAccess(parts),
          dependents: new DependentsReader(parts),
        };
        httpRouter.use(
          createRouter({
            httpAuth: deps.httpAuth,
            auditor: deps.auditor,
            clusters: new ClusterService(parts),
            namespaces: new NamespaceService(parts),
            images,
            metadata: new MetadataService(kept),
            preflights: new PreflightService({ ...parts, images }),
            probes: new ProbeService({
              ...parts,
              sizer: new ImportSizer(parts),
            }),
            manifests: new ManifestService({ ...parts, images }),
            versions: new VersionService(kept),
            holds: new HoldService(kept),
            retirements: new RetirementService(kept),
            volumes: new VolumeService(parts),
            cloneBatches: new CloneBatchService({ ...parts, logger }),
            volumeReader,
            volumeDeleter: new VolumeDeleter(owned),
            volumeExpander: new VolumeExpander(owned),
            orphans: new OrphanedVolumes({ ...deps, ...parts }),
            waits: new WaitService({ ...parts, volumes: volumeReader }),
            activities: new ActivityService(parts),
          }),
        );
        const stopListening = tracking.onChange(() => announcer.changed());
        lifecycle.addShutdownHook(async () => {
          stopListening();
          announcer.close();
          metrics.close();
          await tracking.stop();
        });
        await tracking.start();
      },
    });
  },
});
