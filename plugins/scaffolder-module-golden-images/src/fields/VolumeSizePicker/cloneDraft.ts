import {
  cloneRequestSchema,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import type { VolumeSizeOptions } from './schema';

type FormValues = Record<string, unknown>;

/** Never a claim: its problems are left out where the name is not known. */
const NAMELESS = 'a-claim-without-a-name';

/** The name of the image that the form has chosen. */
export function imageOf(
  form: FormValues,
  options: VolumeSizeOptions,
): string | undefined {
  return textOf(form[options.imageFrom ?? 'image']);
}

/**
 * The clone that the form stands for, as far as it is filled in.
 *
 * @returns `undefined` while image or namespace are missing, or where anything
 *   is not to be asked for; other fields of the form say so
 */
export function cloneDraft(
  form: FormValues,
  options: VolumeSizeOptions,
  size: string | undefined,
): CloneRequest | undefined {
  const draft = cloneRequestSchema.safeParse({
    cluster: options.cluster,
    image: {
      namespace: options.imageNamespace,
      name: imageOf(form, options),
    },
    namespace: textOf(form[options.namespaceFrom ?? 'namespace']),
    name: claimNameOf(form, options) ?? NAMELESS,
    size,
  });
  return draft.success ? draft.data : undefined;
}

/** Whether what speaks against the name of this draft means anything. */
export function isNamed(draft: CloneRequest): boolean {
  return draft.name !== NAMELESS;
}

/** `undefined` where a property that it names is not filled in. */
function claimNameOf(
  form: FormValues,
  options: VolumeSizeOptions,
): string | undefined {
  let complete = true;
  const name = options.claimName?.replace(/\{(\w+)\}/g, (_all, property) => {
    const value = textOf(form[property]);
    complete = complete && value !== undefined;
    return value ?? '';
  });
  return complete ? name : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
