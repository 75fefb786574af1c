import { createFrontendModule } from '@backstage/frontend-plugin-api';
import {
  createFormField,
  FormFieldBlueprint,
} from '@backstage/plugin-scaffolder-react/alpha';

export const goldenImagePickerField = FormFieldBlueprint.make({
  name: 'golden-image-picker',
  params: {
    field: async () => {
      const { goldenImagePicker } = await import('./fields/formFields');
      return createFormField(goldenImagePicker);
    },
  },
});

export const targetNamespacePickerField = FormFieldBlueprint.make({
  name: 'target-namespace-picker',
  params: {
    field: async () => {
      const { targetNamespacePicker } = await import('./fields/formFields');
      return createFormField(targetNamespacePicker);
    },
  },
});

export const volumeSizePickerField = FormFieldBlueprint.make({
  name: 'volume-size-picker',
  params: {
    field: async () => {
      const { volumeSizePicker } = await import('./fields/formFields');
      return createFormField(volumeSizePicker);
    },
  },
});

/**
 * The form fields for apps on the new frontend system.
 *
 * @public
 */
export const scaffolderModuleGoldenImages = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [
    goldenImagePickerField,
    targetNamespacePickerField,
    volumeSizePickerField,
  ],
});
