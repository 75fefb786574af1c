import { CodeSnippet, CopyTextButton } from '@backstage/core-components';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { snippetsFor, whyNotYet } from './snippets';

const useStyles = makeStyles(theme => ({
  snippet: {
    '& + &': { marginTop: theme.spacing(2) },
    '& pre': { margin: 0, overflowX: 'auto' },
    '& code': { overflowWrap: 'anywhere' },
  },
  head: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
  },
  notYet: { marginBottom: theme.spacing(1) },
}));

const UNUSABLE = ['failing', 'failed', 'lost', 'deleting'];

/** What to paste into a manifest. */
export const UseIt = ({ volume }: { volume: Volume }) => {
  const classes = useStyles();
  const notYet = whyNotYet(volume);
  const snippets = UNUSABLE.includes(volume.state) ? [] : snippetsFor(volume);
  return (
    <>
      {notYet && (
        <Typography variant="body2" className={classes.notYet}>
          {notYet}
        </Typography>
      )}
      {snippets.map(({ title, yaml, note }) => (
        <div key={title} className={classes.snippet}>
          <div className={classes.head}>
            <Typography variant="subtitle2" component="h4">
              {title}
            </Typography>
            <CopyTextButton text={yaml} aria-label={`Copy: ${title}`} />
          </div>
          <CodeSnippet text={yaml} language="yaml" wrapLongLines />
          {note && (
            <Typography variant="body2" color="textSecondary">
              {note}
            </Typography>
          )}
        </div>
      ))}
    </>
  );
};
