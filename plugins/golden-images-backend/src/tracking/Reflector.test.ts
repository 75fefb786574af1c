import { KubernetesApiError, RESOURCES, TOO_LARGE } from '../kubernetes';
import { Reflector } from './Reflector';
import { claim, error, page, play } from './__testUtils__/playReflector';

describe('Reflector', () => {
  it('lists page by page, the next while one is taken in, then watches from the version of the list', async () => {
    const { log, phases } = await play({
      lists: [page(['a'], { continueToken: 'more' }), page(['b'])],
      watches: [[{ type: 'ADDED', object: claim('c', '12') }]],
    });
    expect(log).toEqual([
      'list started',
      'list 500',
      'list 500 more',
      'listed a',
      'listed b',
      'list ended',
      'watch 10',
      'ADDED c',
      'watch 12',
    ]);
    expect(phases).toEqual(['watching']);
  });

  it('goes on from the last bookmark when the server ends the watch', async () => {
    const { log, delaysMs } = await play({
      lists: [page([])],
      watches: [
        [
          { type: 'MODIFIED', object: claim('a', '11') },
          { type: 'BOOKMARK', resourceVersion: '40' },
        ],
        [],
      ],
    });
    expect(log.filter(line => line.startsWith('watch'))).toEqual([
      'watch 10',
      'watch 40',
      'watch 40',
    ]);
    expect(delaysMs).toEqual([]);
  });

  it('lists anew at once when the version of the watch is forgotten', async () => {
    const { log, phases, delaysMs } = await play({
      lists: [page(['a']), page(['b'], { resourceVersion: '90' })],
      watches: [[error(410)], [{ type: 'DELETED', object: claim('b', '91') }]],
    });
    expect(log).toEqual([
      'list started',
      'list 500',
      'listed a',
      'list ended',
      'watch 10',
      'list started',
      'list 500',
      'listed b',
      'list ended',
      'watch 90',
      'DELETED b',
      'watch 91',
    ]);
    expect(phases).toEqual(['watching']);
    expect(delaysMs).toEqual([]);
  });

  it('waits when a server forgets what it has just said', async () => {
    const { delaysMs, phases } = await play({
      lists: [page([]), page([]), page([])],
      watches: [[error(410)], [error(410)], [error(410)]],
    });
    expect(delaysMs).toEqual([800, 1600]);
    expect(phases).toContain('failing');
  });

  it('starts the list again when it expires between two pages', async () => {
    const { log, delaysMs } = await play({
      lists: [
        page(['a'], { continueToken: 'old' }),
        error(410),
        page(['a', 'b']),
      ],
      watches: [],
    });
    expect(log).toEqual([
      'list started',
      'list 500',
      'list 500 old',
      'listed a',
      'list started',
      'list 500',
      'listed a,b',
      'list ended',
      'watch 10',
    ]);
    expect(delaysMs).toEqual([]);
  });

  it('asks for fewer at a time when the objects are very large', async () => {
    const tooLarge = new KubernetesApiError({
      status: 0,
      reason: TOO_LARGE,
      message: 'The answer is larger than 67108864 bytes',
    });
    const { log, phases, delaysMs } = await play({
      lists: [
        page(['a'], { continueToken: 'more' }),
        tooLarge,
        tooLarge,
        page(['a'], { continueToken: 'more' }),
        page(['b']),
      ],
      watches: [],
    });
    expect(
      log.filter(line => line.startsWith('list 8') || line === 'list ended'),
    ).toEqual(['list 8', 'list 8 more', 'list ended']);
    expect(log).toContain('list 63');
    expect(phases).toEqual(['watching']);
    expect(delaysMs).toEqual([]);

    const hopeless = await play({
      lists: Array.from({ length: 6 }, () => tooLarge),
      watches: [],
    });
    expect(hopeless.phases).toEqual(['failing']);
    expect(hopeless.log.at(-1)).toBe('list 1');
  });

  it('backs off, and says that it fails', async () => {
    const { delaysMs, states } = await play({
      lists: [error(0), error(500), error(503), page(['a'])],
      watches: [],
    });
    expect(delaysMs).toEqual([400, 800, 1600]);
    expect(states[0]).toMatchObject({ phase: 'failing', error: { status: 0 } });
    expect(states.at(-1)).toMatchObject({ phase: 'watching', heardAtMs: 2800 });
  });

  it('waits as long as a busy server asks for', async () => {
    const { delaysMs } = await play({
      lists: [error(429, 7), page([])],
      watches: [[error(429, 3)], []],
    });
    expect(delaysMs).toEqual([7000, 3000]);
  });

  it('does not call a broken watch an outage before the next attempt fails too', async () => {
    const healed = await play({
      lists: [page([]), page([])],
      watches: [[error(0)], []],
    });
    expect(healed.phases).toEqual(['watching']);
    expect(healed.log.slice(4)).toEqual([
      'watch 10',
      'verify 10',
      'watch 10',
      'watch 10',
    ]);

    const lasting = await play({
      lists: [page([]), error(0), error(0)],
      watches: [[error(0)]],
    });
    expect(lasting.phases).toEqual(['watching', 'failing']);
    // What was heard last stays known.
    expect(lasting.states.at(-1)).toMatchObject({ heardAtMs: 0 });
  });

  it('lists anew when the server has gone back in time meanwhile', async () => {
    const future = new KubernetesApiError({
      status: 504,
      message: 'Timeout: Too large resource version: 10, current: 3',
      causes: [{ reason: 'ResourceVersionTooLarge' }],
      retryAfterSeconds: 1,
    });
    const { log } = await play({
      lists: [page([]), future, page(['new'], { resourceVersion: '3' })],
      watches: [[error(0)], []],
    });
    expect(log.slice(4)).toEqual([
      'watch 10',
      'verify 10',
      'list started',
      'list 500',
      'listed new',
      'list ended',
      'watch 3',
      'watch 3',
    ]);
  });

  it('empties what does not exist or may not be read, and asks again seldom', async () => {
    const { log, phases, delaysMs } = await play({
      type: RESOURCES.dataVolumes,
      // Each 404 is held against the claims, which every server has.
      lists: [error(404), page([]), error(404), error(403), page(['a'])],
      watches: [],
    });
    expect(phases).toEqual(['refused', 'watching']);
    expect(delaysMs).toEqual([60_000, 60_000]);
    expect(log).toEqual([
      'list started',
      'list 500',
      'list 1',
      'list started',
      'list ended',
      'list started',
      'list 500',
      'list 1',
      'list started',
      'list 500',
      'listed a',
      'list ended',
      'watch 10',
    ]);
  });

  it.each([RESOURCES.claims, RESOURCES.dataVolumes])(
    'empties nothing because a proxy says 404 of everything: $resource',
    async type => {
      const { log, phases } = await play({
        type,
        lists: [page(['a']), ...Array.from({ length: 8 }, () => error(404))],
        watches: [[error(404)]],
      });
      expect(phases[0]).toBe('watching');
      expect(phases).toContain('failing');
      expect(phases).not.toContain('refused');
      expect(log.filter(line => line === 'list ended')).toHaveLength(1);
    },
  );

  it('believes that a right is lost only when it stays lost', async () => {
    const back = await play({
      lists: [page(['a']), error(403), page([])],
      watches: [[error(403)], []],
    });
    expect(back.phases).not.toContain('refused');
    const lost = await play({
      lists: [page(['a']), error(403), error(403), error(403)],
      watches: [[error(403)]],
    });
    expect(lost.phases).toEqual(['watching', 'failing', 'refused']);
    expect(lost.log.at(-1)).toBe('list 500');
  });

  it('does not turn in a circle with a server that ends every watch at once', async () => {
    const abort = new AbortController();
    const delaysMs: number[] = [];
    const reflector = new Reflector({
      watcher: {
        clusterName: 'c1',
        mayI: async () => true,
        listPage: async () => page([]),
        watch: async function* watch() {},
      },
      feed: { id: 'claims', type: RESOURCES.claims, scope: {} },
      sink: {
        listStarted: async () => undefined,
        listed: async () => undefined,
        listEnded: async () => undefined,
        changed: async () => undefined,
      },
      timing: {
        nowMs: () => 0,
        elapsedMs: () => 0,
        random: () => 1,
        delay: async ms => {
          delaysMs.push(ms);
          if (delaysMs.length === 8) abort.abort();
        },
      },
      onState: () => undefined,
    });
    await reflector.run(abort.signal);
    expect(delaysMs).toEqual([
      800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it('passes the errors of its sink on', async () => {
    const reflector = new Reflector({
      watcher: {
        clusterName: 'c1',
        mayI: async () => true,
        listPage: async () => page(['a']),
        watch: async function* watch() {},
      },
      feed: { id: 'claims', type: RESOURCES.claims, scope: {} },
      sink: {
        listStarted: async () => undefined,
        listed: async () => {
          throw new Error('the database is gone');
        },
        listEnded: async () => undefined,
        changed: async () => undefined,
      },
      timing: {
        nowMs: () => 0,
        elapsedMs: () => 0,
        random: () => 0,
        delay: async () => undefined,
      },
      onState: () => undefined,
    });
    await expect(reflector.run(new AbortController().signal)).rejects.toThrow(
      'the database is gone',
    );
  });
});
