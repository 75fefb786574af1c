export { VolumeSizePicker } from './VolumeSizePicker';
export { volumeSizePickerSchema } from './schema';
export { validateVolumeSize } from './validateVolumeSize';
