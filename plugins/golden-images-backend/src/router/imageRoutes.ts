import {
  importRequestSchema,
  updateImageRequestSchema,
} from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { audited, withoutAbsent } from './audited';
import { dryRunQuery, imagesQuery, objectParams, parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';
import { whileHere } from './whileHere';

/** Images: lists, one, imports, and what people say of them. */
export function addImageRoutes(router: express.Router, options: RouterOptions) {
  const { auditor, images, metadata } = options;
  router.get('/images', async (req, res) => {
    const caller = await callerOf(options, req);
    const filter = parse(imagesQuery, req.query, 'query');
    res.json(await images.list(filter, caller));
  });

  router.get('/images/:cluster/:namespace/:name', async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    res.json(await images.get(key, caller));
  });

  router.post('/images', async (req, res) => {
    const signal = whileHere(res);
    const caller = await callerOf(options, req);
    const { dryRun = false } = parse(dryRunQuery, req.query, 'query');
    const request = parse(importRequestSchema, req.body, 'body');
    const { cluster, namespace, name, version } = request;
    const result = await audited(
      auditor,
      {
        id: 'image-import',
        request: req,
        meta: withoutAbsent({ cluster, namespace, name, version, dryRun }),
      },
      () => images.import(request, { ...caller, dryRun, signal }),
      ({ created }) => ({ created }),
    );
    res.status(202).json(result);
  });

  router.patch('/images/:cluster/:namespace/:name', async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const request = parse(updateImageRequestSchema, req.body, 'body');
    const result = await audited(
      auditor,
      {
        id: 'image-update',
        request: req,
        meta: { ...key, fields: Object.keys(request) },
      },
      () => metadata.update(key, request, caller),
      ({ changed }) => ({ changed }),
    );
    res.json(result);
  });
}
