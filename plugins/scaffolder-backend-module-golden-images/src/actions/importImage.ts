import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { foreseeImage } from '../lib/foresee';
import { inlineReferences } from '../lib/inlineReferences';
import { DEFAULT_TIMEOUT_SECONDS, importInput } from '../lib/inputs';
import { makeAndWait } from '../lib/makeAndWait';
import { objectOutput } from '../lib/outputs';
import type { ActionDependencies } from '../lib/waitForObject';
import { examples } from './importImage.examples';

/**
 * `golden-images:import`: imports a version of a golden image and waits until
 * it is ready.
 *
 * @public
 */
export function createImportImageAction(dependencies: ActionDependencies) {
  const { goldenImages, dryRuns } = dependencies;
  const action = createTemplateAction({
    id: 'golden-images:import',
    description:
      'Imports a disk image or an archive as a version of a golden image, and waits until it is ready to be cloned.',
    supportsDryRun: true,
    examples,
    schema: { input: () => importInput, output: () => objectOutput },
    async handler(ctx) {
      const {
        wait = true,
        timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
        ...input
      } = ctx.input;
      const request = { ...input, timeoutSeconds, taskId: ctx.task.id };
      await makeAndWait(dependencies, ctx, {
        what: `Image ${[input.name, input.version]
          .filter(Boolean)
          .join(' @ ')}`,
        verb: 'import',
        key: [input.cluster, input.namespace, input.name, input.version].join(
          '.',
        ),
        ask: async dryRun => {
          const { image, ...answer } = await goldenImages.importImage(
            { ...request, ...(dryRun ? { dryRun } : {}) },
            { credentials: await ctx.getInitiatorCredentials() },
          );
          return { ...answer, object: image };
        },
        foresee: () => {
          const { pvc } = input.source;
          const source = pvc && dryRuns.find(ctx.task.id, pvc);
          return source && foreseeImage(source, input);
        },
        sourceField: 'source',
        until: wait ? 'usable' : 'accepted',
        timeoutSeconds,
      });
    },
  });
  return inlineReferences(action);
}
