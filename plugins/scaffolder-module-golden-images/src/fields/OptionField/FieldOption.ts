/** One line of a field's list. */
export interface FieldOption {
  /** What the field emits. */
  value: string;
  title: string;
  /** More about it, each part a few words. */
  details: string[];
}
