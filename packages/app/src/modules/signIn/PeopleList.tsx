import Card from '@material-ui/core/Card';
import CardActionArea from '@material-ui/core/CardActionArea';
import Container from '@material-ui/core/Container';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { Avatar } from '@backstage/core-components';
import { DemoPerson } from './readPeople';

const useStyles = makeStyles(theme => ({
  root: {
    minHeight: '100vh',
    display: 'flex',
    flexDirection: 'column',
    justifyContent: 'center',
    paddingTop: theme.spacing(4),
    paddingBottom: theme.spacing(4),
  },
  list: {
    listStyle: 'none',
    padding: 0,
    margin: theme.spacing(3, 0),
    display: 'grid',
    gap: theme.spacing(2),
  },
  person: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'flex-start',
    gap: theme.spacing(2),
    padding: theme.spacing(2),
  },
}));

export const PeopleList = (props: {
  people: DemoPerson[];
  onChoose(entityRef: string): void;
}) => {
  const classes = useStyles();
  return (
    <Container component="main" maxWidth="sm" className={classes.root}>
      <Typography variant="h3" component="h1" gutterBottom>
        Golden Images demo
      </Typography>
      <Typography id="who">
        Who do you want to be? There is no password: this sign-in exists in the
        demo only.
      </Typography>
      <ul className={classes.list} aria-labelledby="who">
        {props.people.map(({ entityRef, title, description }) => (
          <li key={entityRef}>
            <Card variant="outlined">
              <CardActionArea
                className={classes.person}
                aria-label={`Sign in as ${title}: ${description}`}
                onClick={() => props.onChoose(entityRef)}
              >
                <Avatar displayName={title} />
                <div>
                  <Typography variant="h5" component="h2">
                    {title}
                  </Typography>
                  <Typography variant="body2" color="textSecondary">
                    {description}
                  </Typography>
                </div>
              </CardActionArea>
            </Card>
          </li>
        ))}
      </ul>
      {props.people.length === 0 ? (
        <Typography role="alert">
          Nobody is configured below demo.people. Start the portal with "npm run
          demo".
        </Typography>
      ) : (
        <Typography variant="body2" color="textSecondary">
          Every browser tab has its own sign-in, so that two people can be tried
          side by side.
        </Typography>
      )}
    </Container>
  );
};
