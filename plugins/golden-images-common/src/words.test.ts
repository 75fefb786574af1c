import { DRIFTS, driftInfo, stateSentence, type DriftKind } from '.';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const ready = { kind: 'image', state: 'ready', verified: 'checksum' } as const;

describe('stateSentence', () => {
  it('says of a ready image whether its bytes were verified', () => {
    expect(stateSentence(ready, NOW_MS)).toBe('Ready (verified: checksum)');
    expect(stateSentence({ ...ready, verified: 'none' }, NOW_MS)).toBe(
      'Ready (bytes not verified)',
    );
  });

  it('says of one that is to go what it waits for', () => {
    expect(stateSentence({ ...ready, retirement: {} }, NOW_MS)).toBe(
      'Being retired',
    );
    const retirement = { waitingFor: 'another version to become current' };
    expect(stateSentence({ ...ready, retirement }, NOW_MS)).toBe(
      'Being retired: waits for another version to become current',
    );
  });
});

describe('driftInfo', () => {
  it.each(Object.keys(DRIFTS) as DriftKind[])(
    'has words and a remedy for %s',
    kind => {
      const { words, remedy } = driftInfo(kind);
      expect(words).toMatch(/^[a-z].{10,}[^.]$/);
      expect(remedy).toMatch(/^[A-Z].{10,}\.$/);
    },
  );
});
