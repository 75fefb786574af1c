import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { CopyTextButton } from '@backstage/core-components';

const useStyles = makeStyles(theme => ({
  head: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
  },
  code: {
    margin: 0,
    padding: theme.spacing(1),
    fontFamily: 'monospace',
    fontSize: theme.typography.caption.fontSize,
    background: theme.palette.background.default,
    color: theme.palette.text.primary,
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
    // Nothing scrolls sideways: a line that is too long goes on below.
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  yaml: { wordBreak: 'break-all' },
  bounded: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 3,
    overflow: 'hidden',
  },
}));

/** Somebody else's words, such as a message of the cluster. */
export const Quotation = (props: {
  label: string;
  text: string;
  /** A few lines are enough. */
  bounded?: boolean;
}) => {
  const classes = useStyles();
  return (
    <pre className={classes.code} aria-label={props.label}>
      <span className={props.bounded ? classes.bounded : undefined}>
        {props.text}
      </span>
    </pre>
  );
};

/** Text to paste, with a button that copies it. */
export const CopyableCode = (props: { title: string; text: string }) => {
  const { title, text } = props;
  const classes = useStyles();
  return (
    <div>
      <div className={classes.head}>
        <Typography variant="subtitle2" component="h4">
          {title}
        </Typography>
        <CopyTextButton
          text={text}
          aria-label={`Copy: ${title}`}
          variant="tertiary"
        />
      </div>
      <pre className={`${classes.code} ${classes.yaml}`}>{text}</pre>
    </div>
  );
};
