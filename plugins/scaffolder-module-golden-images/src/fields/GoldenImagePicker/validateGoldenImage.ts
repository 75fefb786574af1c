import type { CustomFieldValidator } from '@backstage/plugin-scaffolder-react';
import {
  goldenImagesApiRef,
  refusalOf,
} from '@golden-images/plugin-golden-images';
import { imageOptions } from './imageOptions';
import type { goldenImagePickerSchema } from './schema';

/**
 * An image that is not ready is refused before the task starts. While the
 * backend cannot be asked nothing is refused: the step asks it again.
 */
export const validateGoldenImage: CustomFieldValidator<
  string,
  typeof goldenImagePickerSchema.uiOptionsType
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
  const { cluster, namespace } = uiSchema?.['ui:options'] ?? {};
  try {
    const { items } = await api.listImages({ cluster, namespace, ready: true });
    if (!imageOptions(items).some(option => option.value === value)) {
      field.addError(
        `There is no image "${value}" that is ready${
          cluster ? ` in cluster "${cluster}"` : ''
        }. Choose one of the list.`,
      );
    }
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) field.addError(`You may not see golden images. ${refusal}`);
  }
};
