import {
  waitHandleRequestSchema,
  waitRequestSchema,
} from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { audited } from './audited';
import { parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** Waits: begun by users, polled by services. */
export function addWaitRoutes(router: express.Router, options: RouterOptions) {
  const { auditor, httpAuth, waits } = options;
  router.post('/waits', async (req, res) => {
    const caller = await callerOf(options, req);
    const request = parse(waitRequestSchema, req.body, 'body');
    res.json(await waits.begin(request, caller));
  });

  router.post('/waits/status', async (req, res) => {
    await httpAuth.credentials(req, { allow: ['service'] });
    const request = parse(waitHandleRequestSchema, req.body, 'body');
    res.json(await waits.status(request));
  });

  router.post('/waits/release', async (req, res) => {
    await httpAuth.credentials(req, { allow: ['service'] });
    const request = parse(waitHandleRequestSchema, req.body, 'body');
    res.json(
      await audited(
        auditor,
        { id: 'wait-release', request: req, meta: {} },
        () => waits.release(request),
        ({ outcome, sentence }) => ({ outcome, sentence }),
      ),
    );
  });
}
