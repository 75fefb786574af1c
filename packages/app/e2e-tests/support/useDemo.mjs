import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Browser } from './Browser.mjs';
import { Demo } from './Demo.mjs';
import { Portal } from './Portal.mjs';

/**
 * A demo and a browser for the tests of a `describe`: started before them,
 * ended after them.
 *
 * @param story - begins the names of its pictures
 */
export function useDemo(story) {
  const data = mkdtempSync(join(tmpdir(), 'golden-images-e2e-'));
  let demo;
  let browser;

  before(async () => {
    browser = await Browser.launch(story);
    demo = await Demo.start({ data });
  });

  after(async () => {
    await browser?.close();
    await demo?.kill();
    rmSync(data, { recursive: true, force: true });
  });

  return {
    /** The portal as one of the demo's people, around its pages. */
    as: name => new Portal(demo.url, `user:default/${name}`),
    /** Keeps a picture of a page. */
    keep: (page, name) => browser.keep(page, name),
    /** A visitor, whose pages must have no uncaught error and ask nobody else. */
    async visit(journey, options) {
      const { page, problems, close } = await browser.visit(demo.url, options);
      try {
        await journey(page);
      } catch (error) {
        await browser.keep(page, 'failed');
        throw error;
      } finally {
        await close();
      }
      assert.deepEqual(problems, []);
    },
  };
}
