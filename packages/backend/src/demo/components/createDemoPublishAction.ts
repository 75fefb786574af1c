import { readFile } from 'node:fs/promises';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { DemoPublisher } from './DemoPublisher';
import { examples } from './createDemoPublishAction.examples';

/** Template action `demo:publish`: a component without an SCM. */
export function createDemoPublishAction(publisher: DemoPublisher) {
  return createTemplateAction({
    id: 'demo:publish',
    description:
      "Keeps a component in the demo's data folder and waits until the catalog has it. The demo's stand-in for publishing to an SCM and registering.",
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        catalogInfoPath: z =>
          z
            .string()
            .optional()
            .describe(
              'Path of the catalog-info.yaml in the workspace; "catalog-info.yaml" unless said otherwise',
            ),
        checkOnly: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Only check that it could be published: name, owner, content',
            ),
      },
      output: {
        entityRef: z =>
          z.string().describe('Full entity reference of the component'),
      },
    },
    async handler(ctx) {
      const path = ctx.input.catalogInfoPath ?? 'catalog-info.yaml';
      const request = {
        path,
        content: await readWorkspaceFile(ctx.workspacePath, path),
        credentials: await ctx.getInitiatorCredentials(),
        signal: ctx.signal,
      };
      if (ctx.input.checkOnly || ctx.isDryRun) {
        const entityRef = await publisher.check(request);
        ctx.output('entityRef', entityRef);
        ctx.logger.info(`${entityRef} can be published`);
        return;
      }
      const entityRef = await publisher.publish(request);
      ctx.output('entityRef', entityRef);
      ctx.logger.info(`${entityRef} is in the catalog`);
    },
  });
}

async function readWorkspaceFile(workspacePath: string, path: string) {
  const file = resolveSafeChildPath(workspacePath, path);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new InputError(
      `catalogInfoPath: there is no file "${path}" in the workspace`,
    );
  }
}
