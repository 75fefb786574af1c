import { manifestsRequestSchema } from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** What an import or a clone would make, as it is kept in Git. */
export function addManifestRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { manifests } = options;
  router.post('/manifests', async (req, res) => {
    const caller = await callerOf(options, req);
    const request = parse(manifestsRequestSchema, req.body, 'body');
    res.json(await manifests.make(request, caller));
  });
}
