import type express from 'express';
import { namespacesQuery, parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** Clusters, and the namespaces that the caller may use. */
export function addClusterRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { clusters, namespaces } = options;
  router.get('/clusters', async (req, res) => {
    res.json(await clusters.list(await callerOf(options, req)));
  });

  router.get('/namespaces', async (req, res) => {
    const caller = await callerOf(options, req);
    const filter = parse(namespacesQuery, req.query, 'query');
    res.json(await namespaces.list(filter, caller));
  });
}
