import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

/** What the field emits, and its `ui:options`. */
export const targetNamespacePickerSchema = makeFieldSchema({
  output: z => z.string().describe('Name of the namespace'),
  uiOptions: z =>
    z.object({
      cluster: z
        .string()
        .optional()
        .describe('Offer the namespaces of this cluster alone'),
    }),
});

export type TargetNamespacePickerProps =
  typeof targetNamespacePickerSchema.TProps;
