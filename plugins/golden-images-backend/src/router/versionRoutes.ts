import {
  holdRequestSchema,
  setCurrentRequestSchema,
} from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { audited, withoutAbsent } from './audited';
import { imageParams, objectParams, parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** Which version of an image is current, and which are kept. */
export function addVersionRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { auditor, versions, holds } = options;
  const current = '/images/:cluster/:namespace/:image/current';
  router.post(current, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(imageParams, req.params, 'path');
    const request = parse(setCurrentRequestSchema, req.body, 'body');
    const result = await audited(
      auditor,
      {
        id: 'image-set-current',
        request: req,
        meta: withoutAbsent({ ...key, ...request }),
      },
      () => versions.setCurrent(key, request, caller),
      ({ changed }) => ({ changed }),
    );
    res.json(result);
  });

  router.delete(current, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(imageParams, req.params, 'path');
    const result = await audited(
      auditor,
      { id: 'image-withdraw-current', request: req, meta: key },
      () => versions.withdraw(key, caller),
      ({ changed }) => ({ changed }),
    );
    res.json(result);
  });

  router.delete(`${current}/pin`, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(imageParams, req.params, 'path');
    const result = await audited(
      auditor,
      { id: 'image-unpin', request: req, meta: key },
      () => versions.unpin(key, caller),
      ({ changed }) => ({ changed }),
    );
    res.json(result);
  });

  const hold = '/images/:cluster/:namespace/:name/hold';
  router.post(hold, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const request = parse(holdRequestSchema, req.body, 'body');
    const image = await audited(
      auditor,
      { id: 'image-hold', request: req, meta: { ...key, ...request } },
      () => holds.hold(key, request, caller),
      () => ({}),
    );
    res.json(image);
  });

  router.delete(hold, async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const image = await audited(
      auditor,
      { id: 'image-release-hold', request: req, meta: key },
      () => holds.release(key, caller),
      () => ({}),
    );
    res.json(image);
  });
}
