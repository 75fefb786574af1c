import {
  IMAGE_STATES,
  REASONS,
  reasonInfo,
  VOLUME_STATES,
  type AnyState,
  type ReasonCode,
} from '@golden-images/plugin-golden-images-common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import expectedStates from './__fixtures__/expectedStates.json';

const PAGE = join(__dirname, '../../../../docs/states.md');

/** Reasons with which something is not failing, by the state that they explain. */
const QUIET: Partial<Record<ReasonCode, AnyState[]>> = {
  requested: ['pending'],
  'its-turn': ['waiting'],
  'waited-too-long': ['failed'],
  'turn-refused': ['failed'],
  'no-status': ['pending'],
  'first-consumer': ['waiting'],
  'source-not-ready': ['waiting'],
  'source-missing': ['waiting'],
  'source-in-use': ['waiting'],
  upload: ['waiting'],
  'next-checkpoint': ['waiting'],
  'copy-not-started': ['importing', 'copying'],
  restoring: ['importing', 'copying'],
  resizing: ['resizing', 'ready'],
  'needs-a-pod': ['resizing', 'ready'],
  'volume-gone': ['lost'],
  unknown: ['unknown'],
  'bound-copy-state-unknown': ['unknown'],
  'copy-attempts-exhausted': ['failed'],
};

const codes = Object.keys(REASONS) as ReasonCode[];

function statesOf(code: ReasonCode): AnyState[] {
  return (
    QUIET[code] ?? (code === 'checksum' ? ['failing', 'failed'] : ['failing'])
  );
}

function endOfWait(code: ReasonCode): string {
  const [state] = statesOf(code);
  if (state === 'failed' || state === 'lost') return 'at once';
  if (state === 'unknown') return code === 'unknown' ? '–' : 'at once';
  if (state !== 'failing') return '–';
  const { hopeless, retries } = reasonInfo(code);
  return hopeless || !retries ? 'at once' : 'after a while';
}

const rows = codes.map(code => [
  `\`${code}\``,
  statesOf(code)
    .map(state => `\`${state}\``)
    .join(', '),
  reasonInfo(code).words,
  endOfWait(code),
  reasonInfo(code).remedy ?? '–',
]);

describe('docs/states.md', () => {
  const page = readFileSync(PAGE, 'utf8');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim());

  it('has all reasons, as they are in the code', () => {
    const [, table = ''] =
      /<!-- reasons[^>]*-->([\s\S]*)<!-- \/reasons -->/.exec(page) ?? [];
    const [head, , ...lines] = table.trim().split('\n').map(cells);
    expect(head).toEqual([
      'Reason',
      'State',
      'Words',
      'A wait ends',
      'What to do',
    ]);
    expect(lines).toEqual(rows);
  });

  it('has all states', () => {
    const named = new Set(
      [
        ...page
          .split('### Ready')[0]
          .matchAll(/^\| +(?:`(\w+)`|–) +\| `(\w+)` +\|/gm),
      ].flatMap(([, image, volume]) => [image, volume]),
    );
    expect([...named].filter(Boolean).sort()).toEqual(
      [...new Set([...IMAGE_STATES, ...VOLUME_STATES])].sort(),
    );
  });

  it('knows every reason that the recordings bring, and its state', () => {
    const seen = new Set(
      Object.values(expectedStates)
        .flatMap(objects => Object.values(objects as Record<string, string>))
        .flatMap(states => states.split(' > '))
        .filter(text => text.includes(':')),
    );
    expect(seen.size).toBeGreaterThan(20);
    for (const text of seen) {
      const [state, reason] = text.split(':');
      expect(`${reason} ${statesOf(reason as ReasonCode)}`).toContain(state);
    }
  });
});
