import { gzipSync } from 'node:zlib';
import { isoAt, START_MS } from '../__testUtils__/objects';
import { replayTrace } from './replayTrace';
import { parseTrace, type TraceLine } from './traceLines';

const metadata = (name: string, uid = name) => ({
  name,
  namespace: 'dev-a',
  uid,
  creationTimestamp: isoAt(0),
});
const dataVolume = (
  t: number,
  options: { type?: string; status?: object; source?: object } = {},
): TraceLine => ({
  t,
  gvk: 'cdi.kubevirt.io/v1beta1/DataVolume',
  type: options.type ?? 'MODIFIED',
  object: {
    metadata: metadata('disk', 'dv-1'),
    spec: { source: options.source ?? { http: { url: 'https://h/x' } } },
    status: options.status,
  },
});
const notFound = {
  phase: 'Pending',
  conditions: [
    {
      type: 'Bound',
      status: 'False',
      reason: 'NotFound',
      message: 'No PVC found',
    },
  ],
};
const replay = (lines: TraceLine[], durationMs?: number) =>
  replayTrace(lines, { startedAtMs: START_MS, durationMs });

describe('replay', () => {
  it('lets time pass between lines, and to the end of the recording', () => {
    const lines = [
      dataVolume(0, { type: 'ADDED' }),
      dataVolume(1_000, { status: notFound }),
    ];
    const changes = replay(lines, 20_000);
    expect(changes.map(({ t, state, reason }) => [t, state, reason])).toEqual([
      [0, 'pending', 'requested'],
      [11_000, 'failing', 'claim-refused'],
    ]);
    expect(replay(lines).map(({ t }) => t)).toEqual([0]);
    expect(replay([...lines, { t: 15_000 }]).map(({ t }) => t)).toEqual([
      0, 11_000,
    ]);
  });

  it('says it once while state and reason stay, and that an object is gone', () => {
    const importing = (progress: string) => ({
      phase: 'ImportInProgress',
      progress,
      conditions: [{ type: 'Running', status: 'True' }],
    });
    expect(
      replay([
        dataVolume(0, { type: 'ADDED' }),
        dataVolume(1_000, { status: importing('1.00%') }),
        dataVolume(2_000, { status: importing('2.00%') }),
        dataVolume(3_000, { type: 'DELETED' }),
      ]),
    ).toEqual([
      {
        t: 0,
        kind: 'image',
        namespace: 'dev-a',
        name: 'disk',
        state: 'pending',
        reason: 'requested',
        progress: undefined,
        message: undefined,
      },
      expect.objectContaining({ t: 1_000, state: 'importing', progress: 1 }),
      {
        t: 3_000,
        kind: 'image',
        namespace: 'dev-a',
        name: 'disk',
        state: 'gone',
      },
    ]);
  });

  it('classifies without a claim, and without a label', () => {
    const [change] = replay([
      dataVolume(0, {
        type: 'INIT',
        source: { pvc: { name: 'a', namespace: 'b' } },
      }),
    ]);
    expect(change).toMatchObject({ kind: 'volume', state: 'pending' });
  });

  it('minds neither bookmarks nor errors nor kinds that say nothing', () => {
    expect(
      replay([
        {
          t: 0,
          type: 'BOOKMARK',
          gvk: 'v1/PersistentVolumeClaim',
          object: { metadata: { name: '' } },
        },
        {
          t: 1,
          type: 'ERROR',
          object: { kind: 'Status', metadata: { name: 'x' } },
        },
        {
          t: 2,
          type: 'ADDED',
          gvk: 'v1/Pod',
          object: { metadata: metadata('p') },
        },
        {
          t: 3,
          type: 'ADDED',
          gvk: 'apps.example/v1/Volume',
          object: { metadata: metadata('v') },
        },
      ]),
    ).toEqual([]);
  });

  it('of a file without Longhorn volumes knows nothing of copies', () => {
    const claim: TraceLine = {
      t: 0,
      gvk: 'v1/PersistentVolumeClaim',
      type: 'ADDED',
      object: {
        metadata: metadata('clone'),
        spec: {
          volumeName: 'pv',
          dataSource: { kind: 'PersistentVolumeClaim', name: 'i' },
        },
        status: { phase: 'Bound' },
      },
    };
    expect(replay([claim], 120_000)).toEqual([
      expect.objectContaining({
        state: 'unknown',
        reason: 'bound-copy-state-unknown',
      }),
    ]);
  });
});

describe('parseTrace', () => {
  const header = JSON.stringify({
    scenario: 's',
    startedAt: isoAt(0),
    durationMs: 9,
  });
  const line = JSON.stringify(dataVolume(5, { type: 'ADDED' }));

  it('reads a header and lines, gzipped or not', () => {
    const text = Buffer.from(`${header}\n\n${line}\n`);
    const trace = parseTrace(text);
    expect(trace).toMatchObject({ startedAtMs: START_MS, durationMs: 9 });
    expect(trace.lines).toHaveLength(1);
    expect(parseTrace(gzipSync(text))).toEqual(trace);
  });

  it('does without a header: what was added was made then', () => {
    expect(parseTrace(Buffer.from(line))).toMatchObject({
      startedAtMs: START_MS - 5,
      durationMs: undefined,
    });
  });

  it.each([
    ['{', 'is not JSON'],
    ['7', 'is not a JSON object'],
    ['{"type":"ADDED"}', 'has no time "t" in milliseconds'],
  ])('leaves out the line %s, and says so', (damaged, problem) => {
    const text = `${header}\n${damaged}\n${line}`;
    expect(parseTrace(Buffer.from(text))).toEqual({
      ...parseTrace(Buffer.from(`${header}\n${line}`)),
      leftOut: [`line 2 ${problem}`],
    });
    expect(() => parseTrace(Buffer.from(`${header}\n${damaged}`))).toThrow(
      `line 2 ${problem}`,
    );
  });

  it('minds neither the ends of lines of Windows, nor its mark, nor a line before the header', () => {
    const lines = parseTrace(Buffer.from(`${header}\n${line}\n`));
    const other = `\ufeff\r\n${header}\r\n\r\n${line}\r\n`;
    expect(parseTrace(Buffer.from(other))).toEqual(lines);
  });

  it('of several recordings in one file believes the first header', () => {
    const later = JSON.stringify({ startedAt: isoAt(99), durationMs: 1 });
    const text = [header, line, later].join('\n');
    expect(parseTrace(Buffer.from(text))).toMatchObject({
      startedAtMs: START_MS,
      durationMs: 9,
      leftOut: [],
    });
  });

  it('without a header begins no earlier than anything was made', () => {
    const init = JSON.stringify({ ...dataVolume(0), type: 'INIT' });
    expect(parseTrace(Buffer.from(init)).startedAtMs).toBe(START_MS);
  });
});
