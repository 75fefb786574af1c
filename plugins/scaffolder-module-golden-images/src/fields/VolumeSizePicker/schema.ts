import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

/** What the field emits, and its `ui:options`. */
export const volumeSizePickerSchema = makeFieldSchema({
  output: z => z.string().describe('Size of the volume, such as "10Gi"'),
  uiOptions: z =>
    z.object({
      imageFrom: z
        .string()
        .optional()
        .describe('Property of the form with the image; "image" where absent'),
      namespaceFrom: z
        .string()
        .optional()
        .describe(
          'Property of the form with the namespace; "namespace" where absent',
        ),
      claimName: z
        .string()
        .optional()
        .describe(
          'Name that the claim will have, with properties of the form in braces: "{name}-disk". Whether it is free is looked at only where this is given',
        ),
      cluster: z.string().optional().describe('Cluster of the volume'),
      imageNamespace: z
        .string()
        .optional()
        .describe('Image namespace, where the cluster has several'),
    }),
});

export type VolumeSizePickerProps = typeof volumeSizePickerSchema.TProps;
export type VolumeSizeOptions = typeof volumeSizePickerSchema.uiOptionsType;
