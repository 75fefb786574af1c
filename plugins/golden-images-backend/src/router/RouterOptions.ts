import type {
  AuditorService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import type express from 'express';
import type {
  ActivityService,
  CloneBatchService,
  ClusterService,
  HoldService,
  ImageService,
  ManifestService,
  MetadataService,
  NamespaceService,
  PreflightService,
  ProbeService,
  RetirementService,
  VersionService,
  OrphanedVolumes,
  VolumeDeleter,
  VolumeExpander,
  VolumeReader,
  VolumeService,
  WaitService,
} from '../service';

export interface RouterOptions {
  httpAuth: HttpAuthService;
  auditor: AuditorService;
  clusters: ClusterService;
  namespaces: NamespaceService;
  images: ImageService;
  metadata: MetadataService;
  versions: VersionService;
  holds: HoldService;
  retirements: RetirementService;
  preflights: PreflightService;
  manifests: ManifestService;
  probes: ProbeService;
  volumes: VolumeService;
  cloneBatches: CloneBatchService;
  volumeReader: VolumeReader;
  volumeDeleter: VolumeDeleter;
  volumeExpander: VolumeExpander;
  orphans: OrphanedVolumes;
  waits: WaitService;
  activities: ActivityService;
}

/** The signed-in user behind a request. @throws AuthenticationError, NotAllowedError */
export async function callerOf(
  { httpAuth }: RouterOptions,
  req: express.Request,
) {
  return { credentials: await httpAuth.credentials(req, { allow: ['user'] }) };
}
