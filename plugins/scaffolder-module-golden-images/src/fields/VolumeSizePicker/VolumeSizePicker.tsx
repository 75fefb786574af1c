import { useCallback, useEffect, useMemo, useRef } from 'react';
import InputAdornment from '@material-ui/core/InputAdornment';
import TextField from '@material-ui/core/TextField';
import { useApi } from '@backstage/core-plugin-api';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { goldenImagesApiRef } from '@golden-images/plugin-golden-images';
import { useLoaded } from '../OptionField';
import { cloneDraft, imageOf } from './cloneDraft';
import { DraftFindings } from './DraftFindings';
import type { VolumeSizePickerProps } from './schema';
import { emitted, shown, sizeInWords, sizeOf, sizeRefusal } from './sizeText';
import { sourceImageOf, type SourceImage } from './sourceImage';
import { useSettled } from './useSettled';

/** Nobody is asked at each key. */
const SETTLED_MS = 400;

/**
 * Chooses how large a clone is, at least as large as its image, and says
 * whether it can be made as the form stands; emits a quantity such as "10Gi".
 */
export const VolumeSizePicker = (props: VolumeSizePickerProps) => {
  const { schema, uiSchema, idSchema, formData, onChange, required } = props;
  const options = useMemo(() => uiSchema['ui:options'] ?? {}, [uiSchema]);
  const form: Record<string, unknown> = props.formContext?.formData ?? {};
  const image = useSourceImage(imageOf(form, options), options);
  useImageSize(image, formData, onChange);

  const refusal =
    formData === undefined ? undefined : sizeRefusal(formData, image);
  const draft = useSettled(
    JSON.stringify(
      refusal === undefined ? cloneDraft(form, options, formData) : undefined,
    ),
    SETTLED_MS,
  );
  const disabled = Boolean(
    props.disabled || props.readonly || uiSchema['ui:disabled'],
  );
  const id = idSchema.$id;
  const refused = Boolean(props.rawErrors?.length);
  const helper = refusal ?? sizeInWords(formData, image);

  return (
    <ScaffolderField
      rawErrors={props.rawErrors}
      rawDescription={uiSchema['ui:description'] ?? schema.description}
      required={required}
      disabled={disabled}
      errors={props.errors}
    >
      <TextField
        id={id}
        label={schema.title ?? 'Size'}
        required={required}
        disabled={disabled}
        variant="outlined"
        margin="dense"
        fullWidth
        value={shown(formData)}
        error={refused || refusal !== undefined}
        helperText={helper}
        FormHelperTextProps={{
          'aria-live': 'polite',
          error: refusal !== undefined,
        }}
        onChange={event => onChange(emitted(event.target.value))}
        onBlur={() => props.onBlur?.(id, formData)}
        InputProps={{
          endAdornment: shown(formData) !== (formData ?? '') && (
            <InputAdornment position="end">GiB</InputAdornment>
          ),
        }}
        inputProps={{
          inputMode: 'decimal',
          autoComplete: 'off',
          'aria-describedby': [
            helper && `${id}-helper-text`,
            refused && `${id}__error`,
          ]
            .filter(Boolean)
            .join(' '),
        }}
      />
      {draft !== undefined && <DraftFindings key={draft} draft={draft} />}
    </ScaffolderField>
  );
};

/** The image of that name, as long as it is ready. */
function useSourceImage(
  name: string | undefined,
  options: { cluster?: string; imageNamespace?: string },
): SourceImage | undefined {
  const api = useApi(goldenImagesApiRef);
  const { cluster, imageNamespace } = options;
  const load = useCallback(
    async (signal: AbortSignal) => {
      if (name === undefined) return undefined;
      const { items } = await api.listImages(
        { cluster, namespace: imageNamespace, ready: true },
        { signal },
      );
      const image = sourceImageOf(name, items);
      return image && { name, image };
    },
    [api, name, cluster, imageNamespace],
  );
  const { value } = useLoaded(load);
  // The last value is kept while another one is loaded.
  return value?.name === name ? value?.image : undefined;
}

/** The size of the image is filled in, and follows it until somebody changes the size. */
function useImageSize(
  image: SourceImage | undefined,
  size: string | undefined,
  onChange: (size: string) => void,
): void {
  const filledIn = useRef<string>();
  const filledFor = useRef<SourceImage>();
  useEffect(() => {
    if (!image || filledFor.current === image) return;
    if (size === undefined || size === filledIn.current) {
      filledIn.current = sizeOf(image);
      if (size !== filledIn.current) onChange(filledIn.current);
    }
    filledFor.current = image;
  }, [image, size, onChange]);
}
