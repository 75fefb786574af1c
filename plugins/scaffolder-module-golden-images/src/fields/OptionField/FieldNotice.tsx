import Button from '@material-ui/core/Button';
import FormHelperText from '@material-ui/core/FormHelperText';

/** A sentence below a field that screen readers say when it changes. */
export const FieldNotice = (props: {
  id: string;
  text?: string;
  error?: boolean;
  onRetry?: () => void;
}) => (
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
