/**
 * Virtual size of the disk of an image, as an annotation notes it. Anybody may
 * have written it: what is no size is none.
 */
export function diskBytesOf(text: string | undefined): number | undefined {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;
}
