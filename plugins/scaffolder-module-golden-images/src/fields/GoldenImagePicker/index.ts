export { GoldenImagePicker } from './GoldenImagePicker';
export { goldenImagePickerSchema } from './schema';
export { validateGoldenImage } from './validateGoldenImage';
