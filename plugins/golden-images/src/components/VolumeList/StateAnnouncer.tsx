import { useEffect, useRef, useState } from 'react';
import {
  stateSentence,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import { volumeKey } from '../../hooks/ProgressLog';
import { useHiddenStyles } from '../common/useHiddenStyles';

/** Says changes of state to screen readers; progress within a state is not one. */
export const StateAnnouncer = ({ volumes }: { volumes: Volume[] }) => {
  const classes = useHiddenStyles();
  const known = useRef<Map<string, Volume>>();
  const [text, setText] = useState('');

  useEffect(() => {
    const before = known.current;
    const now = new Map(volumes.map(volume => [volumeKey(volume), volume]));
    known.current = now;
    // What is there at first is read as part of the page.
    if (!before) return;
    const changed = volumes
      .filter(volume => before.get(volumeKey(volume))?.state !== volume.state)
      .map(volume => `${volume.name}: ${stateSentence(volume, Date.now())}`);
    const gone = Array.from(before)
      .filter(([key]) => !now.has(key))
      .map(([, volume]) => `${volume.name} is gone`);
    const news = [...changed, ...gone];
    if (news.length > 0) setText(news.join('. '));
  }, [volumes]);

  return (
    <div aria-live="polite" className={classes.hidden}>
      {text}
    </div>
  );
};
