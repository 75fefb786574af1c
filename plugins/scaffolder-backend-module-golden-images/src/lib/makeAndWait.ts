import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import type {
  Image,
  Volume,
  WaitStage,
} from '@golden-images/plugin-golden-images-common';
import { askAgain } from './askAgain';
import { callBackend } from './callBackend';
import { fromJson, outputObject, toJson } from './outputs';
import { waitForObject, type ActionDependencies } from './waitForObject';

type Context = Pick<
  ActionContext<JsonObject, JsonObject>,
  'isDryRun' | 'logger' | 'checkpoint' | 'output' | 'signal' | 'user'
>;

/**
 * What import and clone have in common: the create, once for each task, the wait
 * and the outputs. In a dry run the backend checks, and nothing is written.
 */
export async function makeAndWait(
  dependencies: ActionDependencies,
  ctx: Context,
  options: {
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
    until: WaitStage;
    acceptUnknown?: boolean;
    timeoutSeconds: number;
  },
): Promise<void> {
  const { what, verb, ask } = options;
  const askBackend = async (dryRun: boolean) => {
    const answer = await callBackend(() =>
      askAgain(() => ask(dryRun), {
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
    const { object } = await askBackend(true);
    ctx.logger.info(
      `${what}: the ${verb} would be accepted; nothing was written`,
    );
    outputObject(ctx.output, object);
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
  const status = await waitForObject(dependencies, {
    ...options,
    waitHandle: begun.waitHandle,
    onBehalfOf: ctx.user?.ref,
    signal: ctx.signal,
    logger: ctx.logger,
  });
  // What was just made may not have been seen by those who watch the cluster.
  outputObject(
    ctx.output,
    status.object ?? fromJson(begun.answered),
    begun.waitHandle,
  );
}
