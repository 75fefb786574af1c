import type express from 'express';
import { audited, withoutAbsent } from './audited';
import { objectParams, parse, retireQuery } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** Retiring images: what depends on them, the request, and its end. */
export function addRetirementRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { auditor, retirements } = options;
  const image = '/images/:cluster/:namespace/:name';
  router.get(`${image}/dependents`, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    res.json(await retirements.dependents(key, caller));
  });

  router.delete(image, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const query = parse(retireQuery, req.query, 'query');
    const { dryRun = false, force = false, wait = false, uid } = query;
    const result = await audited(
      auditor,
      {
        id: 'image-retire',
        request: req,
        meta: withoutAbsent({ ...key, dryRun, force, wait, uid }),
      },
      () => retirements.retire(key, { ...caller, dryRun, force, wait, uid }),
      ({ dependents }) => ({ unseen: dependents.unseen }),
    );
    res.status(dryRun ? 200 : 202).json(result);
  });

  router.delete(`${image}/retirement`, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const result = await audited(
      auditor,
      { id: 'image-retire-cancel', request: req, meta: key },
      () => retirements.cancel(key, caller),
      () => ({}),
    );
    res.json(result);
  });
}
