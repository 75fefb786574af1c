import type { CustomFieldValidator } from '@backstage/plugin-scaffolder-react';
import {
  goldenImagesApiRef,
  refusalOf,
} from '@golden-images/plugin-golden-images';
import { cloneDraft } from './cloneDraft';
import { problemInWords, problemsOf } from './findings';
import type { VolumeSizeOptions } from './schema';
import { sizeRefusal } from './sizeText';

/**
 * A disk that cannot be made is refused before the task starts. While the
 * backend cannot be asked nothing is refused: the step asks it again.
 */
export const validateVolumeSize: CustomFieldValidator<
  string,
  VolumeSizeOptions
> = async (value, field, { apiHolder, formData, uiSchema }) => {
  // A value that is missing is the schema's to refuse.
  if (!value) return;
  const refusal = sizeRefusal(value, undefined);
  if (refusal) {
    field.addError(refusal);
    return;
  }
  const api = apiHolder.get(goldenImagesApiRef);
  if (!api) {
    field.addError(
      'The plugin @golden-images/plugin-golden-images is not part of this app; add it.',
    );
    return;
  }
  const options = uiSchema?.['ui:options'] ?? {};
  const draft = cloneDraft(formData, options, value);
  if (!draft) return;
  try {
    const answer = await api.preflight({ clone: draft });
    problemsOf(draft, answer).forEach(problem =>
      field.addError(problemInWords(problem)),
    );
  } catch (error) {
    const refused = refusalOf(error);
    if (refused) field.addError(`You may not make this volume. ${refused}`);
  }
};
