import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

/** What the field emits, and its `ui:options`. */
export const goldenImagePickerSchema = makeFieldSchema({
  output: z =>
    z.string().describe('Name of the image; its current version is meant'),
  uiOptions: z =>
    z.object({
      cluster: z
        .string()
        .optional()
        .describe('Offer the images of this cluster alone'),
      namespace: z
        .string()
        .optional()
        .describe('Offer the images of this image namespace alone'),
    }),
});

export type GoldenImagePickerProps = typeof goldenImagePickerSchema.TProps;
