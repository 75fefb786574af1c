/**
 * Form fields of golden images for apps on the legacy frontend system.
 *
 * @packageDocumentation
 */
export {
  GoldenImagePickerFieldExtension,
  TargetNamespacePickerFieldExtension,
  VolumeSizePickerFieldExtension,
} from './legacyFields';
