import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import type {
  Image,
  Volume,
  WaitStage,
} from '@golden-images/plugin-golden-images-common';
import { askAgain } from './askAgain';
import { callBackend } from './callBackend';
import { predictedHandle } from './DryRuns';
import { fromJson, outputsOf, setOutputs, toJson } from './outputs';
import { waitForObject, type ActionDependencies } from './waitForObject';

type Context = Pick<
  ActionContext<JsonObject, JsonObject>,
  'isDryRun' | 'logger' | 'checkpoint' | 'output' | 'signal' | 'user' | 'task'
>;

interface Making {
  /** What is made, in words. */
  what: string;
  /** `import` or `clone`, as the task log calls it. */
  verb: string;
  /** Identifies the object within the task. */
  key: string;
  ask: (dryRun: boolean) => Promise<{
    object: Image | Volume;
    waitHandle?: string;
    created: boolean;
    warnings: string[];
  }>;
  /**
   * In a dry run: what it would make of a source that only an earlier step of
   * this run would make; `undefined` where no step would.
   */
  foresee: () => Image | Volume | undefined;
  /** Start of a refusal that concerns the source. */
  sourceField: string;
  until: WaitStage;
  acceptUnknown?: boolean;
  timeoutSeconds: number;
}

/**
 * What import and clone have in common: the create, once for each task, the wait
 * and the outputs. In a dry run the backend checks, and nothing is written.
 */
export async function makeAndWait(
  dependencies: ActionDependencies,
  ctx: Context,
  options: Making,
): Promise<void> {
  const { what, verb } = options;
  const askBackend = async (dryRun: boolean) => {
    const answer = await callBackend(() =>
      askAgain(() => options.ask(dryRun), {
        timeoutMs: dryRun ? 0 : options.timeoutSeconds * 1000,
        signal: ctx.signal,
        clock: dependencies.clock,
        log: line => ctx.logger.info(`${what}: ${line}`),
      }),
    );
    answer.warnings.forEach(warning => ctx.logger.warn(warning));
    return answer;
  };

  if (ctx.isDryRun) {
    const object = await tryOut(ctx, options, () => askBackend(true));
    dependencies.dryRuns.note(ctx.task.id, object);
    const waitHandle = predictedHandle(object);
    setOutputs(ctx.output, outputsOf(object, { waitHandle, predicted: true }));
    return;
  }

  const begun = await ctx.checkpoint({
    key: `golden-images.${verb}.${options.key}`,
    fn: async () => {
      const { object, waitHandle, created } = await askBackend(false);
      ctx.logger.info(
        `${what}: ${
          created
            ? `the ${verb} was accepted`
            : `the same ${verb} was asked for before`
        }`,
      );
      return { waitHandle: waitHandle ?? '', answered: toJson(object) };
    },
  });

  // Also after a recovery: the handle is held against the object itself.
  const { waitHandle } = begun;
  const status = await waitForObject(dependencies, {
    ...options,
    waitHandle,
    onBehalfOf: ctx.user?.ref,
    signal: ctx.signal,
    logger: ctx.logger,
  });
  // What was just made may not have been seen by those who watch the cluster.
  const object = status.object ?? fromJson(begun.answered);
  setOutputs(ctx.output, outputsOf(object, { waitHandle }));
}

/** @throws what the backend refuses, unless an earlier step of the dry run would make the source */
async function tryOut(
  ctx: Context,
  { what, verb, foresee, sourceField }: Making,
  ask: () => Promise<{ object: Image | Volume }>,
): Promise<Image | Volume> {
  try {
    const { object } = await ask();
    ctx.logger.info(
      `${what}: the ${verb} would be accepted; nothing was written`,
    );
    return object;
  } catch (error) {
    const ofSource =
      error instanceof Error &&
      ['NotFoundError', 'InputError'].includes(error.name) &&
      error.message.startsWith(sourceField);
    const foreseen = ofSource ? foresee() : undefined;
    if (!foreseen) throw error;
    ctx.logger.info(
      `${what}: its source is made by an earlier step, so the ${verb} is checked at run time`,
    );
    return foreseen;
  }
}
