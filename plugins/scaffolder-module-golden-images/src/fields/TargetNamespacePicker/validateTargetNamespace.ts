import type { CustomFieldValidator } from '@backstage/plugin-scaffolder-react';
import {
  goldenImagesApiRef,
  refusalOf,
} from '@golden-images/plugin-golden-images';
import type { targetNamespacePickerSchema } from './schema';

/**
 * A namespace that is not the caller's is refused before the task starts. While
 * the backend cannot be asked nothing is refused: the step asks it again.
 */
export const validateTargetNamespace: CustomFieldValidator<
  string,
  typeof targetNamespacePickerSchema.uiOptionsType
> = async (value, field, { apiHolder, uiSchema }) => {
  // A value that is missing is the schema's to refuse.
  if (!value) return;
  const api = apiHolder.get(goldenImagesApiRef);
  if (!api) {
    field.addError(
      'The plugin @golden-images/plugin-golden-images is not part of this app; add it.',
    );
    return;
  }
  const { cluster } = uiSchema?.['ui:options'] ?? {};
  try {
    const { items } = await api.listNamespaces({ cluster, for: 'clone' });
    if (!items.some(namespace => namespace.name === value)) {
      field.addError(
        `You may not make volumes in a namespace "${value}"${
          cluster ? ` of cluster "${cluster}"` : ''
        }. Choose one of the list.`,
      );
    }
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) field.addError(`You may not make volumes. ${refusal}`);
  }
};
