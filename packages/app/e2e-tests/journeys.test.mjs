import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Browser } from './support/Browser.mjs';
import { Demo } from './support/Demo.mjs';
import {
  chooseTemplate,
  fill,
  finishedTask,
  next,
  pick,
  signIn,
  startTask,
  volumesCard,
} from './support/steps.mjs';

const COMPONENT = 'Component with a pre-populated disk';
const IMPORT = 'Import a golden image';

/**
 * Journeys of people through the demo, in the order in which they tell a story:
 * later ones build upon what earlier ones left.
 */
describe('the demo', () => {
  const data = mkdtempSync(join(tmpdir(), 'golden-images-e2e-'));
  let demo;
  let browser;

  before(async () => {
    browser = await Browser.launch();
    demo = await Demo.start({ data });
  });

  after(async () => {
    await browser?.close();
    await demo?.kill();
    rmSync(data, { recursive: true, force: true });
  });

  /** A visitor whose pages must have no uncaught error and ask nobody else. */
  async function visit(journey, options) {
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
  }

  it('gives a developer a component whose disk is copied before their eyes', () =>
    visit(async page => {
      await page.goto('/');
      await page.getByRole('heading', { name: 'Golden Images demo' }).waitFor();
      await browser.keep(page, 'sign-in');
      await signIn(page, 'Dana');
      await page.getByRole('link', { name: 'web-shop' }).waitFor();
      await browser.keep(page, 'catalog');

      await chooseTemplate(page, COMPONENT);
      await fill(page, /^Name/, 'cart');
      await fill(page, /^Description/, 'Holds what customers want to buy');
      await browser.keep(page, 'form-component');
      await next(page);
      await pick(page, /Golden image/, /Demo Linux/);
      await pick(page, /Namespace/, /team-a-dev/);
      await browser.keep(page, 'form-disk');
      await page.getByRole('button', { name: 'Review' }).click();
      await browser.keep(page, 'form-review');
      await startTask(page);
    }));
});
