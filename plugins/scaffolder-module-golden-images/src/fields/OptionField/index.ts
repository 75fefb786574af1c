export type { FieldOption } from './FieldOption';
export { OptionField } from './OptionField';
export type { OptionSource } from './useFieldOptions';
export { useLoaded } from './useLoaded';
