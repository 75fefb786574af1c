import { preflightRequestSchema } from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';
import { whileHere } from './whileHere';

/** Whether an import or a clone would go through. */
export function addPreflightRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { preflights } = options;
  router.post('/preflight', async (req, res) => {
    const signal = whileHere(res);
    const caller = await callerOf(options, req);
    const request = parse(preflightRequestSchema, req.body, 'body');
    res.json(await preflights.check(request, { ...caller, signal }));
  });
}
