import {
  cloneRequestSchema,
  importRequestSchema,
  WAIT_STAGES,
} from '@golden-images/plugin-golden-images-common';
import { z } from 'zod/v3';

/**
 * Inputs of the actions. What the backend is asked for has the shape of its API,
 * from the same schemas; the scaffolder checks it as JSON schema, the backend
 * for good. Zod's `.default()` is not applied by the scaffolder.
 */

export const DEFAULT_TIMEOUT_SECONDS = 3600;

const waits = {
  timeoutSeconds: importRequestSchema.shape.timeoutSeconds.describe(
    'How long to wait, 3600 unless said otherwise',
  ),
  acceptUnknown: z
    .boolean()
    .optional()
    .describe(
      'End well at "bound" where the state of the copy cannot be seen in this cluster',
    ),
  waitFor: z
    .enum(WAIT_STAGES)
    .optional()
    .describe(
      'How far to wait: "accepted" (it is asked for), "bound" (the claim is), "copied" (the bytes are there), or "usable", which is meant unless said otherwise',
    ),
};

const importFields = importRequestSchema.omit({ taskId: true });

/** What a clone is, with the image in one line each. */
const cloneFields = (() => {
  const { image } = cloneRequestSchema.shape;
  const { name, namespace, version } = image.shape;
  return cloneRequestSchema
    .omit({ taskId: true, image: true })
    .extend({ image: name, imageNamespace: namespace, version });
})();

export const importInput = importFields.extend({
  wait: z
    .boolean()
    .optional()
    .describe('Wait until the image is ready; true unless said otherwise'),
  timeoutSeconds: waits.timeoutSeconds,
});

export const cloneInput = cloneFields.extend({
  ...waits,
  wait: z
    .boolean()
    .optional()
    .describe('false is the same as waitFor "accepted"'),
});

export const waitInput = z.object({
  waitHandle: z
    .string()
    .optional()
    .describe('Output of golden-images:clone or golden-images:import'),
  cluster: cloneRequestSchema.shape.cluster,
  kind: z
    .enum(['image', 'volume'])
    .optional()
    .describe('Without a handle: what is waited for'),
  namespace: z
    .string()
    .optional()
    .describe('Without a handle: namespace of the claim'),
  name: z.string().optional().describe('Without a handle: name of the claim'),
  ...waits,
});

export const deleteInput = z
  .object({
    cluster: cloneRequestSchema.shape.cluster,
    kind: z
      .enum(['volume', 'image'])
      .describe(
        '"volume": deletes a clone. "image": retires a version of a golden image',
      ),
    namespace: z
      .string()
      .optional()
      .describe(
        'Namespace of the claim; may be left out for an image where the cluster has only one image namespace',
      ),
    name: z
      .string()
      .describe(
        'Name of the claim, as in the output claimName; of an image "<name>-<version>"',
      ),
    uid: z
      .string()
      .optional()
      .describe(
        'uid of the claim, as in the output uid: another of its name is left alone',
      ),
    force: z
      .boolean()
      .optional()
      .describe(
        'A volume although it is used or being copied; an image although copies cannot all be seen',
      ),
    afterCopies: z
      .boolean()
      .optional()
      .describe(
        'An image: retire it when what copies from it now has ended, instead of refusing',
      ),
    wait: z
      .boolean()
      .optional()
      .describe('Wait until it is gone; true unless said otherwise'),
    timeoutSeconds: waits.timeoutSeconds,
  })
  .strict();

/** What only a write by the portal heeds. */
const OF_A_WRITE = {
  replaceFailed: true,
  timeoutSeconds: true,
  onTimeout: true,
} as const;

export const manifestInput = z
  .object({
    import: importFields
      .omit(OF_A_WRITE)
      .optional()
      .describe('The image to import, as for golden-images:import'),
    clone: cloneFields
      .omit(OF_A_WRITE)
      .optional()
      .describe('The volume to clone, as for golden-images:clone'),
    targetPath: z
      .string()
      .optional()
      .describe(
        'Where in the workspace: a file that ends in ".yaml" or ".yml" for all objects, else a folder with a file for each; "golden-images" unless said otherwise',
      ),
    overwrite: z
      .boolean()
      .optional()
      .describe('Replace files that are there with other content'),
  })
  .strict();

/** The body of `POST /volumes` of a clone in one line each. */
export function asCloneRequest<
  T extends { image: string; imageNamespace?: string; version?: string },
>({ image, imageNamespace, version, ...rest }: T) {
  return {
    ...rest,
    image: { name: image, namespace: imageNamespace, version },
  };
}
