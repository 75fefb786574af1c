import Button from '@material-ui/core/Button';
import FormHelperText from '@material-ui/core/FormHelperText';
import type { Notice } from './useFieldOptions';

/** A sentence below a field that screen readers say when it changes. */
export const FieldNotice = (props: Notice & { id: string }) => (
  <div aria-live="polite">
    {props.text && (
      <FormHelperText id={props.id} error={props.error} component="div">
        {props.text}{' '}
        {props.onRetry && (
          <Button size="small" onClick={props.onRetry}>
            Try again
          </Button>
        )}
      </FormHelperText>
    )}
  </div>
);
