import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { foreseeVolume } from '../lib/foresee';
import { inlineReferences } from '../lib/inlineReferences';
import {
  asCloneRequest,
  cloneInput,
  DEFAULT_TIMEOUT_SECONDS,
} from '../lib/inputs';
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
  const { goldenImages, dryRuns } = dependencies;
  const action = createTemplateAction({
    id: 'golden-images:clone',
    description:
      'Clones a golden image into a namespace: an independent, writable volume, filled from the start.',
    supportsDryRun: true,
    examples,
    schema: { input: () => cloneInput, output: () => objectOutput },
    async handler(ctx) {
      const {
        wait = true,
        waitFor = 'usable',
        timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
        acceptUnknown,
        ...input
      } = ctx.input;
      const request = {
        ...asCloneRequest(input),
        timeoutSeconds,
        taskId: ctx.task.id,
      };
      await makeAndWait(dependencies, ctx, {
        what: `Volume ${input.namespace}/${input.name}`,
        verb: 'clone',
        key: [input.cluster, input.namespace, input.name].join('.'),
        ask: async dryRun => {
          const { volume, ...answer } = await goldenImages.cloneImage(
            { ...request, ...(dryRun ? { dryRun } : {}) },
            { credentials: await ctx.getInitiatorCredentials() },
          );
          return { ...answer, object: volume };
        },
        foresee: () => {
          const image = dryRuns.image(ctx.task.id, request.image);
          return image && foreseeVolume(image, input);
        },
        sourceField: 'image:',
        until: wait ? waitFor : 'accepted',
        acceptUnknown,
        timeoutSeconds,
      });
    },
  });
  return inlineReferences(action);
}
