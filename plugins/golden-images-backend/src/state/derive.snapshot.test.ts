import {
  claim,
  dataVolume,
  event,
  inShort,
  longhornVolume,
  lookAt,
  persistentVolume,
  sourceVolume,
} from './__testUtils__/objects';
import { dataVolumeView } from './views';

const RESTORED = {
  spec: { dataSource: 'snap://lh-source/snapshot-1' },
};

/** Of a snapshot, in a phase. */
const restore = (phase: string) => ({
  dataVolume: dataVolumeView({
    metadata: {
      name: 'disk',
      namespace: 'ns',
      uid: 'dv-1',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { source: { snapshot: { namespace: 'team-a', name: 'before' } } },
    status: { phase },
  }),
});

describe('an image of a snapshot', () => {
  it.each([
    ['Pending', 'pending:requested'],
    ['CloneScheduled', 'importing:copy-not-started'],
    ['CloneFromSnapshotSourceInProgress', 'importing:copy-not-started'],
    ['RebindInProgress', 'importing'],
  ])('in phase %s is %s', (phase, expected) => {
    expect(inShort(lookAt('image', restore(phase)))).toBe(expected);
  });

  it.each([
    ['', 'importing:copy-not-started'],
    ['initiated', 'importing:copy-not-started'],
    ['copy-completed-awaiting-healthy', 'ready'],
    ['completed', 'ready'],
    ['failed', 'failing:copy-failed'],
  ])('that CDI calls done is, with clone state "%s", %s', (state, expected) => {
    const objects = {
      ...restore('Succeeded'),
      claim: claim({ phase: 'Bound', of: 'dv-1' }),
      persistentVolume: persistentVolume(),
      longhornVolume: longhornVolume({ ...RESTORED, cloneState: state }),
      sourceLonghornVolume: sourceVolume(),
    };
    expect(inShort(lookAt('image', objects))).toBe(expected);
  });

  it('waits for a snapshot that is not there, as its claim tells', () => {
    const pending = claim({ of: 'dv-1' });
    const missing = event({
      of: 'claim-1',
      reason: 'CloneWithoutSource',
      message: "The source snapshot before doesn't exist",
    });
    const found = lookAt('image', {
      ...restore('CloneScheduled'),
      claim: pending,
      events: [missing],
    });
    expect(found).toMatchObject({
      state: 'waiting',
      reason: 'source-missing',
      message: "The source snapshot before doesn't exist",
    });
    const later = lookAt('image', {
      ...restore('CloneFromSnapshotSourceInProgress'),
      claim: pending,
      events: [missing],
    });
    expect(inShort(later)).toBe('importing:copy-not-started');
    const other = lookAt('image', {
      dataVolume: dataVolume({ phase: 'CloneScheduled' }),
      claim: pending,
      events: [missing],
    });
    expect(other.state).not.toBe('waiting');
  });
});
