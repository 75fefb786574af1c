import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Demo } from './support/Demo.mjs';
import { Portal } from './support/Portal.mjs';

const POLL_INTERVAL_MS = 200;
const TIMEOUT_MS = 90_000;

/** Starts, stops, and what is found again. They tell one story in their order. */
describe('starting and stopping the demo', () => {
  const data = mkdtempSync(join(tmpdir(), 'golden-images-e2e-'));
  let demo;
  let port;
  let task;

  const dana = () => new Portal(demo.url, 'user:default/dana');
  const taskStory = () => dana().taskLog(task);

  before(async () => {
    demo = await Demo.start({ data });
    port = Number(new URL(demo.url).port);
  });

  after(async () => {
    await demo?.kill();
    rmSync(data, { recursive: true, force: true });
  });

  it('says what was happening before it said "ready"', () => {
    assert.match(demo.output, /\d+ s {2}Starting the backend/);
    assert.match(demo.output, /golden image demo-linux: importing/);
    assert.match(demo.output, /\nready http:\/\/localhost:\d+\n$/);
  });

  it('refuses a port that is taken', async () => {
    const other = mkdtempSync(join(tmpdir(), 'golden-images-e2e-'));
    try {
      await assert.rejects(
        Demo.start({ data: other, port }),
        new RegExp(`ended with 1.*Port ${port} is taken`, 's'),
      );
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('refuses a data folder that a running demo has', async () => {
    await assert.rejects(
      Demo.start({ data }),
      /ended with 1.*A demo is running on .* already/s,
    );
  });

  it('stops everything on Ctrl-C, in the middle of a copy', async () => {
    task = await dana().startTask('component-with-disk', {
      name: 'half-done',
      owner: 'group:default/team-a',
      image: 'demo-linux',
      namespace: 'team-a-dev',
    });
    await eventually(async () => {
      const { 'half-done-disk': state } = await dana().volumes('team-a-dev');
      const published = await dana().hasEntity('component:default/half-done');
      return state === 'copying' && published;
    }, taskStory);
    assert.ok(demo.processes().length >= 3, 'launcher, backend, cluster');

    assert.deepEqual(await demo.interrupt(), { how: 0, left: [] });
    assert.deepEqual(unfinishedFiles(data), []);
  });

  it('finds image, component and disk again, and goes on', async () => {
    demo = await Demo.start({ data, port });
    assert.doesNotMatch(demo.output, /importing/);
    assert.deepEqual(await dana().imageNames(), ['demo-linux']);
    await eventually(() => dana().hasEntity('component:default/half-done'));
    await eventually(async () => {
      const { 'half-done-disk': state } = await dana().volumes('team-a-dev');
      return state === 'usable';
    }, taskStory);
    await eventually(
      async () => (await dana().taskStatus(task)) === 'completed',
      taskStory,
    );
  });

  it('leaves no process when the launcher is killed', async () => {
    assert.deepEqual(await demo.kill(), []);
  });

  it('starts again after it was killed', async () => {
    demo = await Demo.start({ data, port });
    assert.deepEqual(await dana().volumes('team-a-dev'), {
      'half-done-disk': 'usable',
    });
    assert.deepEqual(await demo.interrupt(), { how: 0, left: [] });
  });
});

/** Files that are written under another name until they are whole. */
function unfinishedFiles(directory) {
  return readdirSync(directory, { recursive: true }).filter(path =>
    /\.(draft|partial|tmp)$|demo\.pid$/.test(path),
  );
}

/** @param {() => Promise<string>} [story] - what happened instead, for the reader of a failure */
async function eventually(look, story) {
  const deadlineMs = Date.now() + TIMEOUT_MS;
  for (;;) {
    if (await look()) return;
    if (Date.now() > deadlineMs) {
      const what = `not within ${TIMEOUT_MS / 1000} s: ${look}`;
      // A portal that is gone must not hide what was waited for.
      const told = await story?.().catch(error => `no story: ${error}`);
      assert.fail([what, told].filter(Boolean).join('\n'));
    }
    await setTimeout(POLL_INTERVAL_MS);
  }
}
