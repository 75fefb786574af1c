import { scaffolderPlugin } from '@backstage/plugin-scaffolder';
import { createScaffolderFieldExtension } from '@backstage/plugin-scaffolder-react';
import {
  goldenImagePicker,
  targetNamespacePicker,
  volumeSizePicker,
} from './fields/formFields';

/** `ui:field: GoldenImagePicker`. @public */
export const GoldenImagePickerFieldExtension = scaffolderPlugin.provide(
  createScaffolderFieldExtension({
    ...goldenImagePicker,
    schema: goldenImagePicker.schema.schema,
  }),
);

/** `ui:field: TargetNamespacePicker`. @public */
export const TargetNamespacePickerFieldExtension = scaffolderPlugin.provide(
  createScaffolderFieldExtension({
    ...targetNamespacePicker,
    schema: targetNamespacePicker.schema.schema,
  }),
);

/** `ui:field: VolumeSizePicker`. @public */
export const VolumeSizePickerFieldExtension = scaffolderPlugin.provide(
  createScaffolderFieldExtension({
    ...volumeSizePicker,
    schema: volumeSizePicker.schema.schema,
  }),
);
