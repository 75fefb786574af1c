import express from 'express';
import Router from 'express-promise-router';
import { auditDenials } from './audited';
import { addActivityRoutes } from './activityRoutes';
import { addCloneBatchRoutes } from './cloneBatchRoutes';
import { addClusterRoutes } from './clusterRoutes';
import { addImageRoutes } from './imageRoutes';
import { addManifestRoutes } from './manifestRoutes';
import { addRetirementRoutes } from './retirementRoutes';
import { addPreflightRoutes } from './preflightRoutes';
import { addProbeRoutes } from './probeRoutes';
import type { RouterOptions } from './RouterOptions';
import { addVersionRoutes } from './versionRoutes';
import { addVolumeRoutes } from './volumeRoutes';
import { addWaitRoutes } from './waitRoutes';

/** The HTTP API below `/api/golden-images`; shapes are those of `-common`. */
export function createRouter(options: RouterOptions): express.Router {
  const router = Router();
  addCloneBatchRoutes(router, options);
  router.use(express.json());
  addClusterRoutes(router, options);
  addImageRoutes(router, options);
  addProbeRoutes(router, options);
  addVersionRoutes(router, options);
  addRetirementRoutes(router, options);
  addPreflightRoutes(router, options);
  addManifestRoutes(router, options);
  addVolumeRoutes(router, options);
  addWaitRoutes(router, options);
  addActivityRoutes(router, options);
  router.use(auditDenials(options.auditor));
  return router;
}
