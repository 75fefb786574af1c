import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import {
  StatusError,
  StatusOK,
  StatusPending,
  StatusWarning,
} from '@backstage/core-components';
import { messageOf, refusalOf } from '@golden-images/plugin-golden-images';
import type {
  CloneRequest,
  PreflightResponse,
} from '@golden-images/plugin-golden-images-common';
import type { ReactNode } from 'react';
import { leftInWords, problemInWords, problemsOf } from './findings';

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: theme.spacing(1, 0, 0),
    padding: 0,
    display: 'grid',
    gap: theme.spacing(0.5),
  },
  line: { overflowWrap: 'anywhere', display: 'flex' },
}));

/** Whether the disk can be made as the form stands: every line with its sign. */
export const Findings = (props: {
  draft: CloneRequest;
  answer?: PreflightResponse;
  error?: Error;
  onRetry: () => void;
}) => {
  const classes = useStyles();
  const { draft, answer, error, onRetry } = props;
  const line = (key: string, sign: ReactNode, text: ReactNode) => (
    <li key={key} className={classes.line}>
      {sign}
      <Typography variant="body2" component="span">
        {text}
      </Typography>
    </li>
  );
  return (
    <ul
      className={classes.list}
      aria-label="Whether the disk can be made"
      aria-live="polite"
    >
      {linesOf()}
    </ul>
  );

  function linesOf() {
    if (error) {
      const refusal = refusalOf(error);
      return line(
        'error',
        refusal ? <StatusError /> : <StatusPending />,
        refusal ? (
          `You may not make this volume. ${refusal}`
        ) : (
          <>
            Whether it can be made is not known: {messageOf(error)}{' '}
            <Button size="small" onClick={onRetry}>
              Try again
            </Button>
          </>
        ),
      );
    }
    if (!answer) {
      return line(
        'look',
        <StatusPending />,
        'Looking whether it can be made …',
      );
    }
    const problems = problemsOf(draft, answer);
    return [
      ...problems.map(problem =>
        line(
          `problem ${problem.field} ${problem.code} ${problem.message}`,
          <StatusError />,
          problemInWords(problem),
        ),
      ),
      ...(problems.length === 0
        ? [
            line(
              'fine',
              <StatusOK />,
              ['The disk can be made.', leftInWords(answer)]
                .filter(Boolean)
                .join(' '),
            ),
          ]
        : []),
      ...answer.warnings.map(warning =>
        line(`warning ${warning}`, <StatusWarning />, warning),
      ),
      ...answer.unknown.map(unknown =>
        line(
          `unknown ${unknown}`,
          <StatusPending />,
          `Could not be looked at: ${unknown}`,
        ),
      ),
    ];
  }
};
