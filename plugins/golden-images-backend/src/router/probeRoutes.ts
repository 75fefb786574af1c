import { probeRequestSchema } from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';
import { whileHere } from './whileHere';

/** Looks at images before they are imported. */
export function addProbeRoutes(router: express.Router, options: RouterOptions) {
  router.post('/images/probe', async (req, res) => {
    const signal = whileHere(res);
    const caller = await callerOf(options, req);
    const request = parse(probeRequestSchema, req.body, 'body');
    res.json(await options.probes.probe(request, { ...caller, signal }));
  });
}
