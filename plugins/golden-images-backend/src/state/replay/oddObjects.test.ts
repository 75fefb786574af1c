import { CLAIM, line } from '../__testUtils__/lines';
import { isoAt, START_MS } from '../__testUtils__/objects';
import { statesOf } from '../__testUtils__/statesOf';
import { replayTrace } from './replayTrace';
import type { TraceLine } from './traceLines';

describe('objects that are not as they should be', () => {
  it.each([
    { labels: 'text' },
    { labels: null, annotations: [] },
    { ownerReferences: { kind: 'Pod' } },
    { ownerReferences: [null, 7, { controller: true }] },
    { uid: 7, creationTimestamp: 'yesterday' },
  ])('%j does not stop the rest', metadata => {
    const odd = ['DataVolume', CLAIM].map((kind, t) => {
      const { object, ...rest } = line(t, 'ADDED', `${kind}/odd`);
      const made = { ...object?.metadata, ...metadata };
      return { ...rest, object: { ...object, metadata: made } } as TraceLine;
    });
    const lines = [...odd, line(9, 'ADDED', `${CLAIM}/disk`)];
    expect(statesOf(lines)).toEqual(['9 volume pending:requested']);
  });

  it('a message of a megabyte is cut', () => {
    const message = `not found ${'x'.repeat(1_000_000)}`;
    const [{ message: shown = '' }] = replayTrace(
      [
        line(0, 'ADDED', 'DataVolume/disk', {
          spec: { source: { http: { url: 'https://h/x' } } },
          status: {
            phase: 'ImportInProgress',
            conditions: [
              {
                type: 'Running',
                status: 'False',
                reason: 'Error',
                message,
                lastTransitionTime: isoAt(0),
              },
            ],
          },
        }),
      ],
      { startedAtMs: START_MS },
    );
    expect(shown.length).toBeLessThanOrEqual(1_024);
    expect(shown).toMatch(/^not found x+…$/);
  });
});
