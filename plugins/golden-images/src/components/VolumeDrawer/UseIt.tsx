import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { CopyableCode } from '../common/CodeBlock';
import { snippetsFor, whyNotYet } from './snippets';

const useStyles = makeStyles(theme => ({
  root: { display: 'grid', gap: theme.spacing(2), minWidth: 0 },
  snippet: { minWidth: 0 },
}));

const UNUSABLE = ['failing', 'failed', 'lost', 'deleting'];

/** What to paste into a manifest. */
export const UseIt = ({ volume }: { volume: Volume }) => {
  const classes = useStyles();
  const notYet = whyNotYet(volume);
  const snippets = UNUSABLE.includes(volume.state) ? [] : snippetsFor(volume);
  return (
    <div className={classes.root}>
      {notYet && <Typography variant="body2">{notYet}</Typography>}
      {snippets.map(({ title, yaml, note }) => (
        <div key={title} className={classes.snippet}>
          <CopyableCode title={title} text={yaml} />
          {note && (
            <Typography variant="body2" color="textSecondary">
              {note}
            </Typography>
          )}
        </div>
      ))}
    </div>
  );
};
