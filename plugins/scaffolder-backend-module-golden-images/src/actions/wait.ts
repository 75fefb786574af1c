import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { callBackend } from '../lib/callBackend';
import { commonInput, DEFAULT_TIMEOUT_SECONDS } from '../lib/inputs';
import { objectOutput, outputObject } from '../lib/outputs';
import { waitForObject, type ActionDependencies } from '../lib/waitForObject';
import { examples } from './wait.examples';

/**
 * `golden-images:wait`: waits for an image or a volume that an earlier step, or
 * somebody else, asked for.
 *
 * @public
 */
export function createWaitAction(dependencies: ActionDependencies) {
  return createTemplateAction({
    id: 'golden-images:wait',
    description:
      'Waits for a golden image or a volume that was asked for before. Fails when it fails.',
    supportsDryRun: true,
    examples,
    schema: {
      input: {
        waitHandle: z =>
          z
            .string()
            .describe('Output of golden-images:clone or golden-images:import')
            .optional(),
        cluster: commonInput.cluster,
        kind: z =>
          z
            .enum(['image', 'volume'])
            .describe('Without a handle: what is waited for')
            .optional(),
        namespace: z =>
          z
            .string()
            .describe('Without a handle: namespace of the claim')
            .optional(),
        name: z =>
          z.string().describe('Without a handle: name of the claim').optional(),
        waitFor: commonInput.waitFor,
        acceptUnknown: commonInput.acceptUnknown,
        timeoutSeconds: commonInput.timeoutSeconds,
      },
      output: objectOutput,
    },
    async handler(ctx) {
      const {
        waitFor = 'usable',
        timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
        acceptUnknown,
        cluster,
        kind,
        namespace,
        name,
      } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(
          'Nothing to wait for in a dry run; checked at run time',
        );
        return;
      }
      const given = ctx.input.waitHandle;
      if (given === undefined && !(kind && namespace && name)) {
        throw new InputError(
          'waitHandle: is missing. Pass the output "waitHandle" of an earlier step, or name kind, namespace and name',
        );
      }
      const { waitHandle } = await ctx.checkpoint({
        key: `golden-images.wait.${cluster ?? ''}.${namespace ?? ''}.${
          name ?? given
        }`,
        fn: async () => {
          if (given !== undefined) return { waitHandle: given };
          return callBackend(async () =>
            dependencies.goldenImages.createWait(
              { cluster, kind: kind!, namespace: namespace!, name: name! },
              { credentials: await ctx.getInitiatorCredentials() },
            ),
          );
        },
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
      if (status.object) outputObject(ctx.output, status.object, waitHandle);
    },
  });
}
