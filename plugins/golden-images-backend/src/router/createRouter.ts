import type {
  AuditorService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import {
  cloneRequestSchema,
  importRequestSchema,
  waitHandleRequestSchema,
  waitRequestSchema,
} from '@golden-images/plugin-golden-images-common';
import express from 'express';
import Router from 'express-promise-router';
import type { JsonObject } from '@backstage/types';
import type {
  ClusterService,
  ImageService,
  NamespaceService,
  VolumeReader,
  VolumeService,
  WaitService,
} from '../service';
import { auditDenials, audited } from './audited';
import {
  dryRunQuery,
  imagesQuery,
  namespacesQuery,
  objectParams,
  parse,
  volumesQuery,
} from './parse';

export interface RouterOptions {
  httpAuth: HttpAuthService;
  auditor: AuditorService;
  clusters: ClusterService;
  namespaces: NamespaceService;
  images: ImageService;
  volumes: VolumeService;
  volumeReader: VolumeReader;
  waits: WaitService;
}

/** The HTTP API below `/api/golden-images`; shapes are those of `-common`. */
export function createRouter(options: RouterOptions): express.Router {
  const { httpAuth, auditor, images, volumes, volumeReader, waits } = options;
  const user = async (req: express.Request) => ({
    credentials: await httpAuth.credentials(req, { allow: ['user'] }),
  });
  const router = Router();
  router.use(express.json());

  router.get('/clusters', async (req, res) => {
    res.json(await options.clusters.list(await user(req)));
  });

  router.get('/namespaces', async (req, res) => {
    const caller = await user(req);
    const filter = parse(namespacesQuery, req.query, 'query');
    res.json(await options.namespaces.list(filter, caller));
  });

  router.get('/images', async (req, res) => {
    const caller = await user(req);
    const filter = parse(imagesQuery, req.query, 'query');
    res.json(await images.list(filter, caller));
  });

  router.get('/images/:cluster/:namespace/:name', async (req, res) => {
    const caller = await user(req);
    const key = parse(objectParams, req.params, 'path');
    res.json(await images.get(key, caller));
  });

  router.post('/images', async (req, res) => {
    const caller = await user(req);
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
      () => images.import(request, { ...caller, dryRun }),
      ({ created }) => ({ created }),
    );
    res.status(202).json(result);
  });

  router.get('/volumes', async (req, res) => {
    const caller = await user(req);
    const filter = parse(volumesQuery, req.query, 'query');
    res.json(
      filter.of === 'entity'
        ? await volumeReader.ofEntity(filter.entityRef, caller)
        : await volumeReader.ofNamespace(filter, caller),
    );
  });

  router.get('/volumes/:cluster/:namespace/:name', async (req, res) => {
    const caller = await user(req);
    const key = parse(objectParams, req.params, 'path');
    res.json(await volumeReader.get(key, caller));
  });

  router.post('/volumes', async (req, res) => {
    const caller = await user(req);
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

  router.post('/waits', async (req, res) => {
    const caller = await user(req);
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

  router.use(auditDenials(auditor));
  return router;
}

function withoutAbsent(
  meta: Record<string, string | boolean | undefined>,
): JsonObject {
  return Object.fromEntries(
    Object.entries(meta).filter(([, value]) => value !== undefined),
  );
}
