import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import {
  CopyProgress,
  StateDetails,
  StateSign,
  volumeSentence,
} from '../state';
import { RawFacts } from './RawFacts';
import { Section } from './Section';
import { Timeline } from './Timeline';
import { UseIt } from './UseIt';
import { Lineage, Sizes, Storage } from './VolumeFacts';

const useStyles = makeStyles(theme => ({
  state: { display: 'grid', gap: theme.spacing(1), minWidth: 0 },
  sentence: { display: 'flex', overflowWrap: 'anywhere' },
  raw: { marginTop: theme.spacing(3) },
}));

/** What it is, whether it is all right, why not, and what can be done with it. */
export const VolumeDetails = (props: {
  volume: Volume;
  /** It is not among the volumes any more. */
  gone: boolean;
  remainingMs?: number;
  nowMs: number;
}) => {
  const { volume, gone, remainingMs, nowMs } = props;
  const classes = useStyles();
  if (gone) {
    return (
      <Typography role="status">
        This volume does not exist any more, or does not belong to this entity
        any more.
      </Typography>
    );
  }
  return (
    <>
      <div className={classes.state}>
        <div className={classes.sentence}>
          <StateSign state={volume.state} />
          <Typography>{volumeSentence(volume, nowMs, remainingMs)}</Typography>
        </div>
        {volume.state === 'copying' && (
          <CopyProgress volume={volume} remainingMs={remainingMs} />
        )}
        <StateDetails volume={volume} nowMs={nowMs} />
      </div>
      <Section title="Use it">
        <UseIt volume={volume} />
      </Section>
      <Section title="What happened">
        <Timeline volume={volume} nowMs={nowMs} />
      </Section>
      <Section title="Size">
        <Sizes volume={volume} />
      </Section>
      <Section title="Where it comes from">
        <Lineage volume={volume} />
      </Section>
      <Section title="How it is stored">
        <Storage volume={volume} />
      </Section>
      <div className={classes.raw}>
        <RawFacts volume={volume} />
      </div>
    </>
  );
};
