import { InputError } from '@backstage/errors';
import {
  createTemplateAction,
  type ActionContext,
} from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { z } from 'zod/v3';
import { askAgain } from '../lib/askAgain';
import { clusterOf } from '../lib/clusterOf';
import { inlineReferences } from '../lib/inlineReferences';
import { DEFAULT_TIMEOUT_SECONDS, deleteInput } from '../lib/inputs';
import { removeObject, type Removal } from '../lib/removeObject';
import { setOutputs } from '../lib/outputs';
import { waitUntilGone, type ActionDependencies } from '../lib/waitForObject';
import { examples } from './delete.examples';

const output = z.object({
  cluster: z.string().describe('Name of the cluster'),
  namespace: z.string().describe('Namespace of the claim'),
  claimName: z.string().describe('Name of the claim'),
  outcome: z
    .enum(['deleted', 'asked', 'cancelled', 'already-gone', 'predicted'])
    .describe(
      '"deleted": it is gone. "asked": it will go ("wait" was false). "cancelled": it had not been made yet. "already-gone": there was nothing to do. "predicted": a dry run',
    ),
  clones: z
    .array(z.string())
    .optional()
    .describe(
      'Of an image: its clones that you may see, as "namespace/name"; they stay',
    ),
  predicted: z
    .boolean()
    .optional()
    .describe('true in a dry run: nothing was deleted'),
});

type Context = Pick<
  ActionContext<JsonObject, JsonObject>,
  | 'isDryRun'
  | 'signal'
  | 'task'
  | 'checkpoint'
  | 'getInitiatorCredentials'
  | 'logger'
>;

/**
 * `golden-images:delete`: deletes a clone, or retires a version of an image.
 *
 * @public
 */
export function createDeleteAction(dependencies: ActionDependencies) {
  const action = createTemplateAction({
    id: 'golden-images:delete',
    description:
      'Deletes a clone, or retires a version of a golden image, and waits until it is gone. What is gone already is no failure.',
    supportsDryRun: true,
    examples,
    schema: { input: () => deleteInput, output: () => output },
    async handler(ctx) {
      const { wait = true, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } =
        ctx.input;
      const key = await keyOf(dependencies, ctx);
      const { cluster, namespace, name } = key;
      const what = `${
        key.kind === 'image' ? 'Image' : 'Volume'
      } ${namespace}/${name}`;
      const options = { ...ctx.input, ...key, timeoutSeconds };
      const removal = ctx.isDryRun
        ? await tryOut(dependencies, ctx, options)
        : await begin(dependencies, ctx, options);
      ctx.logger.info(`${what}: ${removal.sentence}`);
      const { waitHandle, clones } = removal;
      let { outcome } = removal;
      if (outcome === 'asked' && wait && waitHandle !== undefined) {
        await waitUntilGone(dependencies, {
          waitHandle,
          onBehalfOf: ctx.user?.ref,
          what,
          timeoutSeconds,
          signal: ctx.signal,
          logger: ctx.logger,
        });
        outcome = 'deleted';
        ctx.logger.info(`${what}: it is gone`);
      }
      setOutputs(ctx.output, {
        cluster,
        namespace,
        claimName: name,
        outcome,
        clones,
        predicted: ctx.isDryRun ? true : undefined,
      });
    },
  });
  return inlineReferences(action);
}

type Options = Omit<Parameters<typeof removeObject>[1], 'dryRun'>;

/**
 * Asks once for each task. Which one is meant is kept before it is asked for,
 * by its uid: a step that runs again never deletes another of its name.
 */
async function begin(
  { goldenImages, clock }: ActionDependencies,
  ctx: Context,
  options: Options & { timeoutSeconds: number },
): Promise<Removal> {
  const { kind, cluster, namespace, name } = options;
  const key = `golden-images.delete.${kind}.${cluster}.${namespace}.${name}`;
  const call = async (change: { dryRun: boolean; uid?: string }) =>
    askAgain(
      async () =>
        removeObject(
          goldenImages,
          { ...options, ...change },
          { credentials: await ctx.getInitiatorCredentials() },
        ),
      {
        timeoutMs: options.timeoutSeconds * 1000,
        signal: ctx.signal,
        clock,
        log: line => ctx.logger.info(`${kind} ${namespace}/${name}: ${line}`),
      },
    );
  const meant = await ctx.checkpoint({
    key: `${key}.meant`,
    fn: async () => {
      const { outcome, uid } = await call({ dryRun: true, uid: options.uid });
      return { outcome, ...(uid !== undefined && { uid }) };
    },
  });
  return ctx.checkpoint({
    key: `${key}.asked`,
    fn: async () =>
      meant.outcome === 'already-gone'
        ? { outcome: 'already-gone', sentence: 'it was gone already' }
        : afterAll(meant, await call({ dryRun: false, uid: meant.uid })),
  });
}

/**
 * What was there when the step began and is not any more has been deleted: by an
 * earlier attempt of this step whose answer was lost, or by somebody else.
 */
function afterAll(
  meant: { outcome: Removal['outcome']; uid?: string },
  removal: Removal,
): Removal {
  if (removal.outcome !== 'already-gone') return removal;
  const sentence =
    'it was there when this step began, and is not any more: it was deleted';
  return meant.outcome === 'cancelled'
    ? { ...removal, outcome: 'cancelled', sentence }
    : { ...removal, outcome: 'deleted', sentence };
}

/** The server is asked with a dry run; what an earlier step would make is not there yet. */
async function tryOut(
  { goldenImages, dryRuns }: ActionDependencies,
  ctx: Context,
  options: Options,
): Promise<Removal> {
  const { kind, cluster, namespace, name } = options;
  const planned = dryRuns.find(ctx.task.id, { kind, cluster, namespace, name });
  if (planned) {
    return {
      outcome: 'predicted',
      sentence: 'an earlier step makes it, so this is checked at run time',
    };
  }
  const credentials = await ctx.getInitiatorCredentials();
  const removal = await removeObject(
    goldenImages,
    { ...options, dryRun: true },
    { credentials },
  );
  return removal.outcome === 'already-gone'
    ? removal
    : {
        ...removal,
        outcome: 'predicted',
        sentence: 'it would be deleted; nothing was written',
      };
}

async function keyOf(
  { goldenImages }: ActionDependencies,
  ctx: Context & { input: z.infer<typeof deleteInput> },
) {
  const { kind, name } = ctx.input;
  const cluster = await clusterOf(goldenImages, ctx.input.cluster, {
    credentials: await ctx.getInitiatorCredentials(),
  });
  const [only, ...others] = kind === 'image' ? cluster.imageNamespaces : [];
  const namespace =
    ctx.input.namespace ?? (others.length === 0 ? only : undefined);
  if (namespace === undefined) {
    throw new InputError(
      kind === 'image'
        ? `namespace: the image namespace must be named (cluster "${
            cluster.name
          }" has ${cluster.imageNamespaces.join(', ')})`
        : 'namespace: is missing',
    );
  }
  return { kind, cluster: cluster.name, namespace, name };
}
