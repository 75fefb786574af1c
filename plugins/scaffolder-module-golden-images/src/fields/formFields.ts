import {
  GoldenImagePicker,
  goldenImagePickerSchema,
  validateGoldenImage,
} from './GoldenImagePicker';
import {
  TargetNamespacePicker,
  targetNamespacePickerSchema,
  validateTargetNamespace,
} from './TargetNamespacePicker';
import {
  validateVolumeSize,
  VolumeSizePicker,
  volumeSizePickerSchema,
} from './VolumeSizePicker';

/** `ui:field: GoldenImagePicker` */
export const goldenImagePicker = {
  name: 'GoldenImagePicker',
  component: GoldenImagePicker,
  validation: validateGoldenImage,
  schema: goldenImagePickerSchema,
};

/** `ui:field: TargetNamespacePicker` */
export const targetNamespacePicker = {
  name: 'TargetNamespacePicker',
  component: TargetNamespacePicker,
  validation: validateTargetNamespace,
  schema: targetNamespacePickerSchema,
};

/** `ui:field: VolumeSizePicker` */
export const volumeSizePicker = {
  name: 'VolumeSizePicker',
  component: VolumeSizePicker,
  validation: validateVolumeSize,
  schema: volumeSizePickerSchema,
};
