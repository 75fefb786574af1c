import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { Image } from '@golden-images/plugin-golden-images-common';
import { z } from 'zod/v3';
import { askAgain } from '../lib/askAgain';
import { callBackend } from '../lib/callBackend';
import { foreseeVolume } from '../lib/foresee';
import { inlineReferences } from '../lib/inlineReferences';
import {
  asCloneRequest,
  DEFAULT_TIMEOUT_SECONDS,
  manifestInput,
} from '../lib/inputs';
import { objectOutput, outputsOf, setOutputs } from '../lib/outputs';
import type { ActionDependencies } from '../lib/waitForObject';
import { filesFor, writeFiles } from '../lib/workspaceFiles';
import { examples } from './manifest.examples';

const DEFAULT_PATH = 'golden-images';

const output = objectOutput.extend({
  paths: z
    .array(z.string())
    .describe('Files that were written, relative to the workspace'),
  yaml: z.string().describe('All objects as YAML'),
});

/**
 * `golden-images:manifest`: writes the objects of an import or a clone into the
 * workspace instead of the cluster, for a pull request.
 *
 * @public
 */
export function createManifestAction(dependencies: ActionDependencies) {
  const { goldenImages, dryRuns, clock } = dependencies;
  const action = createTemplateAction({
    id: 'golden-images:manifest',
    description:
      'Writes the objects of an import or a clone as YAML into the workspace, for a pull request. Nothing is written to a cluster.',
    supportsDryRun: true,
    examples,
    schema: { input: () => manifestInput, output: () => output },
    async handler(ctx) {
      const { targetPath = DEFAULT_PATH, overwrite = false } = ctx.input;
      const clone = ctx.input.clone && asCloneRequest(ctx.input.clone);
      const credentials = await ctx.getInitiatorCredentials();
      const planned: Image | undefined =
        ctx.isDryRun && clone
          ? dryRuns.image(ctx.task.id, clone.image)
          : undefined;
      if (planned && clone) {
        ctx.logger.info(
          'The image is made by an earlier step, so the objects are made at run time',
        );
        const volume = foreseeVolume(planned, clone);
        setOutputs(ctx.output, {
          ...outputsOf(volume, { predicted: true }),
          paths: [],
          yaml: '',
        });
        return;
      }
      const { manifests, object, warnings } = await callBackend(() =>
        askAgain(
          () =>
            goldenImages.makeManifests(
              { import: ctx.input.import, clone },
              { credentials },
            ),
          {
            timeoutMs: ctx.isDryRun ? 0 : DEFAULT_TIMEOUT_SECONDS * 1000,
            signal: ctx.signal,
            clock,
            log: line => ctx.logger.info(line),
          },
        ),
      );
      warnings.forEach(warning => ctx.logger.warn(warning));
      const { files, yaml } = filesFor(manifests, targetPath);
      const paths = await writeFiles(ctx.workspacePath, files, { overwrite });
      paths.forEach(path => ctx.logger.info(`${path} was written`));
      setOutputs(ctx.output, {
        ...outputsOf(object),
        paths,
        yaml,
        predicted: ctx.isDryRun ? true : undefined,
      });
    },
  });
  return inlineReferences(action);
}
