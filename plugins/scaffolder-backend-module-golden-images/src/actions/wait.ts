import { InputError } from '@backstage/errors';
import {
  createTemplateAction,
  type ActionContext,
} from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import type { z } from 'zod/v3';
import { askAgain } from '../lib/askAgain';
import { callBackend } from '../lib/callBackend';
import { clusterOf } from '../lib/clusterOf';
import { predictedHandle, readPredictedHandle } from '../lib/DryRuns';
import { inlineReferences } from '../lib/inlineReferences';
import { DEFAULT_TIMEOUT_SECONDS, waitInput } from '../lib/inputs';
import { objectOutput, outputsOf, setOutputs } from '../lib/outputs';
import { waitForObject, type ActionDependencies } from '../lib/waitForObject';
import { examples } from './wait.examples';

type Input = z.infer<typeof waitInput>;

/**
 * `golden-images:wait`: waits for an image or a volume that an earlier step, or
 * somebody else, asked for.
 *
 * @public
 */
export function createWaitAction(dependencies: ActionDependencies) {
  const action = createTemplateAction({
    id: 'golden-images:wait',
    description:
      'Waits for a golden image or a volume that was asked for before. Fails when it fails.',
    supportsDryRun: true,
    examples,
    schema: { input: () => waitInput, output: () => objectOutput },
    async handler(ctx) {
      if (ctx.isDryRun) {
        await tryOut(dependencies, ctx);
        return;
      }
      const {
        waitFor = 'usable',
        timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
        acceptUnknown,
        waitHandle: given,
      } = ctx.input;
      const named = given === undefined ? namedBy(ctx.input) : undefined;
      const { cluster, namespace, name } = named ?? {};
      const { waitHandle } = await ctx.checkpoint({
        key: `golden-images.wait.${cluster ?? ''}.${namespace ?? ''}.${
          name ?? given
        }`,
        fn: async () =>
          named
            ? callBackend(() =>
                askAgain(
                  async () =>
                    dependencies.goldenImages.createWait(named, {
                      credentials: await ctx.getInitiatorCredentials(),
                    }),
                  {
                    timeoutMs: timeoutSeconds * 1000,
                    signal: ctx.signal,
                    clock: dependencies.clock,
                    log: line => ctx.logger.info(line),
                  },
                ),
              )
            : { waitHandle: given! },
      });
      const status = await waitForObject(dependencies, {
        waitHandle,
        onBehalfOf: ctx.user?.ref,
        until: waitFor,
        acceptUnknown,
        timeoutSeconds,
        signal: ctx.signal,
        logger: ctx.logger,
      });
      if (status.object) {
        setOutputs(ctx.output, outputsOf(status.object, { waitHandle }));
      }
    },
  });
  return inlineReferences(action);
}

/** @throws InputError when nothing is named either */
function namedBy({ cluster, kind, namespace, name }: Input) {
  if (kind && namespace && name) return { cluster, kind, namespace, name };
  throw new InputError(
    'waitHandle: is missing. Pass the output "waitHandle" of an earlier step, or name kind, namespace and name',
  );
}

/** In a dry run nothing is waited for; what would be is given to later steps. */
async function tryOut(
  { goldenImages, dryRuns }: ActionDependencies,
  ctx: Pick<
    ActionContext<JsonObject, JsonObject>,
    'task' | 'logger' | 'output' | 'getInitiatorCredentials'
  > & { input: Input },
): Promise<void> {
  ctx.logger.info('Nothing to wait for in a dry run; checked at run time');
  const { waitHandle: given, ...input } = ctx.input;
  const key = given === undefined ? input : readPredictedHandle(given);
  const { cluster, kind, namespace, name } = key ?? {};
  if (!kind || !namespace || !name) return;
  const { task } = ctx;
  const planned = dryRuns.find(task.id, { cluster, kind, namespace, name });
  let object = planned;
  if (!object) {
    const options = { credentials: await ctx.getInitiatorCredentials() };
    const known = await clusterOf(goldenImages, cluster, options);
    const there = { cluster: known.name, namespace, name };
    object = await callBackend<typeof planned>(() =>
      kind === 'image'
        ? goldenImages.getImage(there, options)
        : goldenImages.getVolume(there, options),
    ).catch(error => {
      if (error.name === 'NotFoundError') return undefined;
      throw error;
    });
    // A later step may use it although it is not ready yet.
    if (object) dryRuns.note(task.id, object);
  }
  if (!object) {
    setOutputs(ctx.output, {
      cluster,
      namespace,
      claimName: name,
      predicted: true,
    });
    return;
  }
  const waitHandle = predictedHandle(object);
  setOutputs(ctx.output, outputsOf(object, { waitHandle, predicted: true }));
}
