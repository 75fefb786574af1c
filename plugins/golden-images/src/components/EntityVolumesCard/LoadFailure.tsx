import { ResponseErrorPanel, StatusError } from '@backstage/core-components';
import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { messageOf, refusalOf } from '../../api';

const useStyles = makeStyles(theme => ({
  root: { display: 'grid', gap: theme.spacing(1), justifyItems: 'start' },
  panel: { justifySelf: 'stretch', minWidth: 0 },
  refused: { display: 'flex', overflowWrap: 'anywhere' },
}));

/** Nothing was ever loaded: why, and a way to try again. */
export const LoadFailure = (props: { error: Error; onRetry: () => void }) => {
  const { error, onRetry } = props;
  const classes = useStyles();
  const refusal = refusalOf(error);
  return (
    <div className={classes.root}>
      {refusal === undefined ? (
        <div className={classes.panel}>
          <ResponseErrorPanel
            title={`The volumes cannot be shown: ${messageOf(error)}`}
            error={error}
          />
        </div>
      ) : (
        <div role="alert" className={classes.refused}>
          <StatusError />
          <div>
            <Typography>You may not see volumes here.</Typography>
            <Typography variant="body2" color="textSecondary">
              {refusal}
            </Typography>
          </div>
        </div>
      )}
      <Button variant="outlined" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
};
