import {
  cloneRequestSchema,
  expandVolumeRequestSchema,
} from '@golden-images/plugin-golden-images-common';
import type express from 'express';
import { audited, withoutAbsent } from './audited';
import {
  deleteQuery,
  dryRunQuery,
  objectParams,
  parse,
  volumesQuery,
} from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** Volumes: of an entity, of a namespace, one, clones. */
export function addVolumeRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { auditor, volumes, volumeReader, volumeDeleter, volumeExpander } =
    options;
  router.get('/volumes', async (req, res) => {
    const caller = await callerOf(options, req);
    const filter = parse(volumesQuery, req.query, 'query');
    if (filter.of === 'nobody') {
      res.json(await options.orphans.list(caller));
      return;
    }
    res.json(
      filter.of === 'entity'
        ? await volumeReader.ofEntity(filter.entityRef, caller)
        : await volumeReader.ofNamespace(filter, caller),
    );
  });

  router.get('/volumes/:cluster/:namespace/:name', async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    res.json(await volumeReader.get(key, caller));
  });

  router.delete('/volumes/:cluster/:namespace/:name', async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const query = parse(deleteQuery, req.query, 'query');
    const { dryRun = false, force = false, uid } = query;
    const result = await audited(
      auditor,
      {
        id: 'volume-delete',
        request: req,
        meta: withoutAbsent({ ...key, dryRun, force, uid }),
      },
      () => volumeDeleter.delete(key, { ...caller, dryRun, force, uid }),
      ({ outcome }) => ({ outcome }),
    );
    res.json(result);
  });

  router.post('/volumes/:cluster/:namespace/:name/expand', async (req, res) => {
    const caller = await callerOf(options, req);
    const key = parse(objectParams, req.params, 'path');
    const request = parse(expandVolumeRequestSchema, req.body, 'body');
    const result = await audited(
      auditor,
      { id: 'volume-expand', request: req, meta: { ...key, ...request } },
      () => volumeExpander.expand(key, request, caller),
      () => ({}),
    );
    res.json(result);
  });

  router.post('/volumes', async (req, res) => {
    const caller = await callerOf(options, req);
    const { dryRun = false } = parse(dryRunQuery, req.query, 'query');
    const request = parse(cloneRequestSchema, req.body, 'body');
    const { cluster, namespace, name, image, entityRef } = request;
    const result = await audited(
      auditor,
      {
        id: 'volume-clone',
        request: req,
        meta: withoutAbsent({
          cluster,
          namespace,
          name,
          image: image.name,
          version: image.version,
          entityRef,
          dryRun,
        }),
      },
      () => volumes.clone(request, { ...caller, dryRun }),
      ({ created }) => ({ created }),
    );
    res.status(202).json(result);
  });
}
