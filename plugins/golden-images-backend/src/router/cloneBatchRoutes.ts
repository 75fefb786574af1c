import {
  cloneBatchRequestSchema,
  type CloneBatchItem,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import express from 'express';
import { audited } from './audited';
import { dryRunQuery, parse } from './parse';
import { callerOf, type RouterOptions } from './RouterOptions';

/** 500 items with every field are less than half of it. */
const BODY_LIMIT = '1mb';
/** Names in an audit event. */
const MOST_NAMES = 20;

/** Many clones in one request. */
export function addCloneBatchRoutes(
  router: express.Router,
  options: RouterOptions,
) {
  const { auditor, cloneBatches } = options;
  const body = express.json({ limit: BODY_LIMIT });
  router.post('/volumes/batch', body, async (req, res) => {
    const caller = await callerOf(options, req);
    const { dryRun = false } = parse(dryRunQuery, req.query, 'query');
    const request = parse(cloneBatchRequestSchema, req.body, 'body');
    const { items } = request;
    const result = await audited(
      auditor,
      {
        id: 'volume-clone-batch',
        request: req,
        meta: {
          items: items.length,
          namespaces: some(items.map(({ namespace }) => namespace)),
          images: some(items.map(({ image }) => image.name)),
          dryRun,
        },
      },
      () => cloneBatches.clone(request, { ...caller, dryRun }),
      answer => outcomeOf(answer.items, items),
    );
    res.status(202).json(result);
  });
}

/** Each once, and no more than an audit log can bear. */
function some(names: string[]): string[] {
  return Array.from(new Set(names)).slice(0, MOST_NAMES);
}

function outcomeOf(results: CloneBatchItem[], asked: CloneRequest[]) {
  const whereItIs = (test: (result: CloneBatchItem) => boolean) =>
    asked.filter((_, index) => test(results[index]));
  const denied = whereItIs(
    result => 'error' in result && result.error.name === 'NotAllowedError',
  );
  return {
    created: whereItIs(result => 'created' in result && result.created).length,
    refused: whereItIs(result => 'error' in result).length,
    denied: denied.length,
    deniedNamespaces: some(denied.map(({ namespace }) => namespace)),
  };
}
