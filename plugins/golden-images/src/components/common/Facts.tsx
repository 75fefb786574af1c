import type { ReactNode } from 'react';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles(theme => ({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'minmax(7em, max-content) minmax(0, 1fr)',
    columnGap: theme.spacing(2),
    rowGap: theme.spacing(0.5),
    margin: 0,
  },
  value: { margin: 0, overflowWrap: 'anywhere' },
}));

/** Pairs of a name and a value; what has no value is left out. */
export const Facts = ({ facts }: { facts: [string, ReactNode][] }) => {
  const classes = useStyles();
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => [
          <Typography
            key={name}
            component="dt"
            variant="body2"
            color="textSecondary"
          >
            {name}
          </Typography>,
          <Typography
            key={`${name}-value`}
            component="dd"
            variant="body2"
            className={classes.value}
          >
            {value}
          </Typography>,
        ])}
    </dl>
  );
};
