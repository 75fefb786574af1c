import type express from 'express';
import { activityQuery, parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** What happened to an object, or in a namespace. */
export function addActivityRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  router.get('/activity', async (req, res) => {
    const caller = await callerOf(options, req);
    const filter = parse(activityQuery, req.query, 'query');
    res.json(await options.activities.list(filter, caller));
  });
}
