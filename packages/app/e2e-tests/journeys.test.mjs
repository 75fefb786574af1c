import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Browser } from './support/Browser.mjs';
import { Demo } from './support/Demo.mjs';
import {
  activeStep,
  chooseTemplate,
  field,
  openComponent,
  pick,
  press,
  signIn,
  startTask,
  volumeRow,
} from './support/steps.mjs';

const COMPONENT = 'Component with a pre-populated disk';
const IMPORT = 'Import a golden image';

/**
 * Journeys of people through the demo. They tell one story in their order:
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

  /** A visitor, whose pages must have no uncaught error and ask nobody else. */
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

  it('gives a developer a component, whose disk is copied before their eyes', () =>
    visit(async page => {
      await page.goto('/');
      await page.getByRole('heading', { name: 'Golden Images demo' }).waitFor();
      await browser.keep(page, 'sign-in');
      await signIn(page, 'Dana');
      await page.getByRole('link', { name: 'web-shop' }).waitFor();
      await browser.keep(page, 'catalog');

      await chooseTemplate(page, COMPONENT);
      await field(page, 'Name').fill('cart');
      await field(page, 'Description').fill('What customers want to buy');
      await browser.keep(page, 'component-form');
      await press(page, 'Next');
      await pick(page, 'Golden image', /Demo Linux/);
      assert.equal(await field(page, 'Namespace').inputValue(), 'team-a-dev');
      await browser.keep(page, 'disk-form');
      await press(page, 'Review');
      await browser.keep(page, 'review');
      await startTask(page);
      await activeStep(page, 'Wait until the disk is usable');
      await browser.keep(page, 'task-waits');

      await openComponent(page, 'cart');
      const disk = volumeRow(page, 'cart-disk');
      const progress = disk.getByRole('progressbar', {
        name: 'Copy of cart-disk',
      });
      await page.evaluate(() => {
        window.samePage = true;
      });
      const first = await percentAbove(progress, 0);
      await browser.keep(page, 'card-copying');
      assert.match(await disk.innerText(), /Copying, \d+ %/);
      const second = await percentAbove(progress, first);
      assert.ok(second <= 99, `${second} % of a copy that is not done`);
      await disk.getByText('Ready to use').waitFor();
      await browser.keep(page, 'card-ready');
      assert.match(await disk.innerText(), /demo-linux @ 20261101/);
      assert.match(await disk.innerText(), /1 GiB/);
      assert.match(await disk.innerText(), /team-a-dev/);
      assert.equal(await progress.count(), 0);
      assert.equal(
        await page.evaluate(() => window.samePage),
        true,
        'the page was loaded again',
      );

      await disk.getByRole('button', { name: 'cart-disk' }).click();
      await page
        .getByRole('dialog')
        .getByText('claimName: cart-disk')
        .waitFor();
      await browser.keep(page, 'drawer');
    }));
});

/** Waits until a progress bar says more than that; what it says. */
async function percentAbove(progress, percent) {
  await progress.waitFor();
  const handle = await progress.elementHandle();
  const reached = await progress.page().waitForFunction(
    ([bar, least]) => {
      const now = Number(bar.getAttribute('aria-valuenow') ?? NaN);
      return now > least && now;
    },
    [handle, percent],
  );
  return reached.jsonValue();
}
