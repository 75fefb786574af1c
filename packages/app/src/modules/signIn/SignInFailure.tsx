import Box from '@material-ui/core/Box';
import Button from '@material-ui/core/Button';
import Container from '@material-ui/core/Container';
import { ResponseErrorPanel } from '@backstage/core-components';
import { DemoPerson } from './readPeople';

export const SignInFailure = (props: {
  person: DemoPerson;
  error?: Error;
  onBack(): void;
}) => (
  <Container component="main" maxWidth="sm">
    <Box my={4}>
      <ResponseErrorPanel
        title={`Signing in as ${props.person.title} did not work`}
        error={props.error ?? new Error('The reason is not known')}
        defaultExpanded
      />
    </Box>
    <Button variant="contained" color="primary" onClick={props.onBack}>
      Choose somebody else
    </Button>
  </Container>
);
