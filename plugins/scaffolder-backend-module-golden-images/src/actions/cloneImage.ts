import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { commonInput, DEFAULT_TIMEOUT_SECONDS } from '../lib/inputs';
import { makeAndWait } from '../lib/makeAndWait';
import { objectOutput } from '../lib/outputs';
import type { ActionDependencies } from '../lib/waitForObject';
import { examples } from './cloneImage.examples';

/**
 * `golden-images:clone`: clones a golden image into a namespace as an
 * independent, writable volume.
 *
 * @public
 */
export function createCloneImageAction(dependencies: ActionDependencies) {
  return createTemplateAction({
    id: 'golden-images:clone',
    description:
      'Clones a golden image into a namespace: an independent, writable volume, filled from the start.',
    supportsDryRun: true,
    examples,
    schema: {
      input: {
        cluster: commonInput.cluster,
        image: z => z.string().describe('Name of the golden image'),
        imageNamespace: z =>
          z
            .string()
            .describe(
              'Namespace of the image; may be left out where the cluster has only one',
            )
            .optional(),
        version: z =>
          z
            .string()
            .describe('Version of the image; its current one where absent')
            .optional(),
        namespace: z =>
          z
            .string()
            .describe(
              'Namespace in which the volume is made; it must be yours',
            ),
        name: z => z.string().describe('Name of the claim'),
        entityRef: z =>
          z
            .string()
            .describe(
              'The entity whose volume this is; it may be registered later',
            )
            .optional(),
        size: z =>
          z
            .string()
            .describe(
              'Size of the volume, at least that of the image, which is also the default',
            )
            .optional(),
        storageClass: z =>
          z
            .string()
            .describe('Storage class; that of the image where absent')
            .optional(),
        replaceFailed: commonInput.replaceFailed,
        waitFor: commonInput.waitFor,
        acceptUnknown: commonInput.acceptUnknown,
        timeoutSeconds: commonInput.timeoutSeconds,
        onTimeout: commonInput.onTimeout,
      },
      output: objectOutput,
    },
    async handler(ctx) {
      const {
        waitFor = 'usable',
        timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
        acceptUnknown,
        image,
        imageNamespace,
        version,
        ...input
      } = ctx.input;
      const request = {
        ...input,
        image: { name: image, namespace: imageNamespace, version },
        timeoutSeconds,
        taskId: ctx.task.id,
      };
      await makeAndWait(dependencies, ctx, {
        what: `Volume ${input.namespace}/${input.name}`,
        verb: 'clone',
        key: [input.cluster, input.namespace, input.name].join('.'),
        ask: async dryRun => {
          const { volume, ...answer } =
            await dependencies.goldenImages.cloneImage(
              { ...request, ...(dryRun ? { dryRun } : {}) },
              { credentials: await ctx.getInitiatorCredentials() },
            );
          return { ...answer, object: volume };
        },
        until: waitFor,
        acceptUnknown,
        timeoutSeconds,
      });
    },
  });
}
