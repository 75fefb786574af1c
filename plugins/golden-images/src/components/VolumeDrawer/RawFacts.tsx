import Accordion from '@material-ui/core/Accordion';
import AccordionDetails from '@material-ui/core/AccordionDetails';
import AccordionSummary from '@material-ui/core/AccordionSummary';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import ExpandMoreIcon from '@material-ui/icons/ExpandMore';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import { CopyableCode } from '../common/CodeBlock';

const useStyles = makeStyles({ details: { display: 'block', minWidth: 0 } });

/** Everything that the backend says of it, for those who want it. */
export const RawFacts = ({ volume }: { volume: Volume }) => {
  const classes = useStyles();
  return (
    <Accordion variant="outlined" TransitionProps={{ unmountOnExit: true }}>
      <AccordionSummary expandIcon={<ExpandMoreIcon />}>
        <Typography variant="body2">Everything that is known</Typography>
      </AccordionSummary>
      <AccordionDetails className={classes.details}>
        <CopyableCode
          title="As JSON"
          text={JSON.stringify(volume, undefined, 2)}
        />
      </AccordionDetails>
    </Accordion>
  );
};
