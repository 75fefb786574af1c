import { useState } from 'react';
import TextField from '@material-ui/core/TextField';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import Autocomplete, {
  createFilterOptions,
} from '@material-ui/lab/Autocomplete';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { ScaffolderField } from '@backstage/plugin-scaffolder-react/alpha';
import { FieldNotice } from './FieldNotice';
import type { FieldOption } from './FieldOption';
import {
  useFieldOptions,
  type Notice,
  type OptionSource,
} from './useFieldOptions';

const useStyles = makeStyles({
  option: { minWidth: 0, overflowWrap: 'anywhere' },
});

const matching = createFilterOptions<FieldOption>({
  stringify: ({ value, title, details }) =>
    [value, title, ...details].join(' '),
});

const labelOf = ({ title, value }: FieldOption) =>
  title === value ? title : `${title} (${value})`;

/**
 * A field of a template form: one of the options that a source offers, or why
 * there are none.
 */
export function OptionField<TUiOptions>({
  field,
  source,
  defaultTitle,
}: {
  field: FieldExtensionComponentProps<string, TUiOptions>;
  source: OptionSource;
  defaultTitle: string;
}) {
  const classes = useStyles();
  const { schema, uiSchema, idSchema, formData, onChange, required } = field;
  const [open, setOpen] = useState(false);
  const { options, loading, notice, refresh } = useFieldOptions(source, field);

  const disabled = Boolean(
    field.disabled || field.readonly || uiSchema['ui:disabled'],
  );
  const id = idSchema.$id;
  const chosen = options.find(option => option.value === formData);
  // A value from elsewhere, such as a link to the form, stays to be seen.
  const shown =
    chosen ??
    (formData ? { value: formData, title: formData, details: [] } : null);
  const refused = Boolean(field.rawErrors?.length);
  // The form's own words are enough; what can be tried again is kept.
  const shownNotice: Notice =
    refused && notice.error && !notice.onRetry ? {} : notice;
  const noticeId = `${id}-notice`;

  return (
    <ScaffolderField
      rawErrors={field.rawErrors}
      rawDescription={uiSchema['ui:description'] ?? schema.description}
      required={required}
      disabled={disabled}
      errors={field.errors}
    >
      <Autocomplete
        id={id}
        // The combobox is the input itself (ARIA 1.2), not the box around it.
        role="presentation"
        aria-owns={undefined}
        aria-expanded={undefined}
        options={shown && !chosen ? [...options, shown] : options}
        value={shown}
        loading={loading}
        loadingText={source.words.loading}
        noOptionsText={options.length ? 'Nothing matches' : source.words.none}
        disabled={disabled}
        open={open}
        onOpen={() => {
          setOpen(true);
          refresh();
        }}
        onClose={() => setOpen(false)}
        onChange={(_event, option) => onChange(option?.value)}
        getOptionLabel={labelOf}
        getOptionSelected={(option, value) => option.value === value.value}
        filterOptions={(all, state) =>
          matching(
            // Shown as the value it is, but not offered.
            all.filter(option => options.includes(option)),
            state,
          )
        }
        renderOption={option => (
          <div className={classes.option}>
            <Typography>{labelOf(option)}</Typography>
            <Typography variant="body2" color="textSecondary">
              {option.details.join(' · ')}
            </Typography>
          </div>
        )}
        renderInput={params => (
          <TextField
            {...params}
            label={schema.title ?? defaultTitle}
            required={required}
            variant="outlined"
            margin="dense"
            error={refused}
            helperText={chosen?.details.join(' · ')}
            onBlur={() => field.onBlur?.(id, formData)}
            inputProps={{
              ...params.inputProps,
              role: 'combobox',
              'aria-expanded': open,
              'aria-busy': loading,
              'aria-describedby': [
                chosen && `${id}-helper-text`,
                shownNotice.text && noticeId,
                refused && `${id}__error`,
              ]
                .filter(Boolean)
                .join(' '),
            }}
          />
        )}
      />
      <FieldNotice id={noticeId} {...shownNotice} />
    </ScaffolderField>
  );
}
