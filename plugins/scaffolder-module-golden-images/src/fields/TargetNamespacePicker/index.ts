export { TargetNamespacePicker } from './TargetNamespacePicker';
export { targetNamespacePickerSchema } from './schema';
export { validateTargetNamespace } from './validateTargetNamespace';
