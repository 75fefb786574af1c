import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { commonInput, DEFAULT_TIMEOUT_SECONDS } from '../lib/inputs';
import { makeAndWait } from '../lib/makeAndWait';
import { objectOutput } from '../lib/outputs';
import type { ActionDependencies } from '../lib/waitForObject';
import { examples } from './importImage.examples';

const optionalText = (description: string) => (z: typeof import('zod/v3').z) =>
  z.string().describe(description).optional();

/**
 * `golden-images:import`: imports a version of a golden image and waits until
 * it is ready.
 *
 * @public
 */
export function createImportImageAction(dependencies: ActionDependencies) {
  return createTemplateAction({
    id: 'golden-images:import',
    description:
      'Imports a raw or qcow2 file as a golden image, and waits until it is ready to be cloned.',
    supportsDryRun: true,
    examples,
    schema: {
      input: {
        cluster: commonInput.cluster,
        namespace: optionalText(
          'Image namespace; may be left out where the cluster has only one',
        ),
        name: z => z.string().describe('Name of the image'),
        version: optionalText(
          'Version of the image, for example a date. A version that was ready never changes',
        ),
        source: z =>
          z
            .object({
              http: z.object({
                url: z
                  .string()
                  .describe(
                    'Where the cluster downloads the raw or qcow2 file',
                  ),
                checksum: z
                  .string()
                  .optional()
                  .describe(
                    'Expected checksum, for example "sha256:" and 64 hex digits',
                  ),
                secretRef: z
                  .string()
                  .optional()
                  .describe(
                    'Name of a Secret in the image namespace with credentials',
                  ),
                certConfigMap: z
                  .string()
                  .optional()
                  .describe(
                    'Name of a ConfigMap in the image namespace with the CA of the server',
                  ),
              }),
            })
            .describe('Where the bytes come from'),
        size: z =>
          z.string().describe('Size of the volume, for example "10Gi"'),
        storageClass: optionalText(
          'Storage class; the configured one where absent',
        ),
        volumeMode: z =>
          z
            .enum(['Filesystem', 'Block'])
            .describe('Filesystem unless said otherwise')
            .optional(),
        title: optionalText('What people read'),
        description: optionalText('What the image is for'),
        os: optionalText('Operating system'),
        architecture: optionalText('Processor architecture'),
        setCurrent: z =>
          z
            .boolean()
            .describe(
              'Let the alias point at this version once it is ready; true unless said otherwise',
            )
            .optional(),
        replaceFailed: commonInput.replaceFailed,
        wait: z =>
          z
            .boolean()
            .describe(
              'Wait until the image is ready; true unless said otherwise',
            )
            .optional(),
        timeoutSeconds: commonInput.timeoutSeconds,
        onTimeout: commonInput.onTimeout,
      },
      output: objectOutput,
    },
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
          const { image, ...answer } =
            await dependencies.goldenImages.importImage(
              { ...request, ...(dryRun ? { dryRun } : {}) },
              { credentials: await ctx.getInitiatorCredentials() },
            );
          return { ...answer, object: image };
        },
        until: wait ? 'usable' : 'accepted',
        timeoutSeconds,
      });
    },
  });
}
