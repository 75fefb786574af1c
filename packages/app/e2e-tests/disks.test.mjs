import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  chooseTemplate,
  field,
  openComponent,
  pick,
  press,
  signIn,
  startTask,
  volumeRow,
} from './support/steps.mjs';
import { useDemo } from './support/useDemo.mjs';

const COMPONENT = 'Component with a pre-populated disk';
const IMPORT = 'Import a golden image';
const BURST = 20;

/**
 * What becomes of images and disks that are not the ordinary ones. They tell
 * one story in their order: later ones build upon what earlier ones left.
 */
describe('images and disks', () => {
  const { visit, as, keep } = useDemo('disks');

  it('says why an import fails, and takes the same version again once its address is right', () =>
    visit(async page => {
      const importFrom = async url => {
        await chooseTemplate(page, IMPORT);
        await field(page, 'Name').fill('demo-server');
        await field(page, 'Version').fill('20261115');
        await press(page, 'Next');
        await field(page, 'URL').fill(url);
        await field(page, 'Size of the disk').fill('1Gi');
        await press(page, 'Review');
        await startTask(page);
        await press(page, 'Show Logs');
      };
      await signIn(page, 'Paula');
      await importFrom('http://images.example.com/no-such-file.qcow2');
      await page.getByText(/404/).first().waitFor();
      await page
        .getByText(/What to do:/)
        .first()
        .waitFor();
      await keep(page, 'import-failed');
      assert.deepEqual(await as('paula').imageNames(), ['demo-linux']);

      await importFrom('http://images.example.com/demo-server.qcow2');
      await page.getByText('demo-server @ 20261115 is ready').waitFor();
      await keep(page, 'import-corrected');
    }));

  it('imports an image whose size nobody had to know', () =>
    visit(async page => {
      await signIn(page, 'Paula');
      await chooseTemplate(page, IMPORT);
      await field(page, 'Name').fill('demo-server');
      await field(page, 'Version').fill('20261201');
      await press(page, 'Next');
      assert.equal(await field(page, 'Size of the disk').inputValue(), 'auto');
      await keep(page, 'import-auto');
      await press(page, 'Review');
      await startTask(page);
      await page.getByText('demo-server @ 20261201 is ready').waitFor();
      await keep(page, 'import-auto-done');
    }));

  it('refuses a size below that of the image, and says of a larger one what stays small', () =>
    visit(async page => {
      await signIn(page, 'Dana');
      await chooseTemplate(page, COMPONENT);
      await field(page, 'Name').fill('large');
      await press(page, 'Next');
      await pick(page, 'Golden image', /Demo Linux/);
      await page.getByText('The disk can be made.').waitFor();
      await field(page, 'Size').fill('0.5');
      await page.getByText(/is less than the image has/).waitFor();
      await keep(page, 'size-too-small');
      await press(page, 'Review');
      await page
        .getByText(/size: must be at least that of the image/)
        .first()
        .waitFor();
      await keep(page, 'size-refused');
      assert.equal(
        await page.getByRole('button', { name: 'Create', exact: true }).count(),
        0,
      );

      await field(page, 'Size').fill('3');
      await page
        .getByText(
          'Demo Linux has 1 GiB. What is inside stays as large as it is, until somebody grows it from within.',
        )
        .waitFor();
      await page.getByText('The disk can be made.').waitFor();
      await keep(page, 'size-larger');
      await press(page, 'Review');
      await startTask(page);
      await page
        .getByText(
          'The claim large-disk in namespace team-a-dev is ready to use.',
        )
        .waitFor();

      await openComponent(page, 'large');
      const disk = volumeRow(page, 'large-disk');
      await disk.getByText('Ready to use').waitFor();
      assert.match(await disk.innerText(), /3 GiB/);
      await disk.getByRole('button', { name: 'large-disk' }).click();
      const dialog = page.getByRole('dialog', { name: 'large-disk' });
      await dialog
        .getByText('A larger volume does not make the disk inside larger.')
        .waitFor();
      await dialog.getByText('64 MiB').waitFor();
      await dialog.getByText('64 MiB').scrollIntoViewIfNeeded();
      await keep(page, 'drawer-larger');
    }));

  it('lets a burst of clones through in turn, each with its place', () =>
    visit(async page => {
      await signIn(page, 'Dana');
      await openComponent(page, 'web-shop');
      const names = Array.from(
        { length: BURST },
        (_, index) => `burst-${String(index + 1).padStart(2, '0')}`,
      );
      const dana = as('dana');
      for (const name of names) {
        await dana.askForDisk(name, 'component:default/web-shop');
      }
      await page
        .getByText(/Waiting for: its turn \(\d+(st|nd|rd|th)\)/)
        .first()
        .waitFor();
      await keep(page, 'burst-waiting');
      for (const name of names) {
        await volumeRow(page, name)
          .getByText('Ready to use')
          .waitFor({ timeout: 120_000 });
      }
      await keep(page, 'burst-done');
      const states = await dana.volumes('team-a-dev');
      assert.deepEqual(
        names.map(name => states[name]),
        names.map(() => 'usable'),
      );
    }));

  it('offers a retired image no more, and says of its clones that they stand alone', () =>
    visit(async page => {
      await as('paula').retire('demo-linux', '20261101');
      await signIn(page, 'Dana');
      await openComponent(page, 'large');
      const disk = volumeRow(page, 'large-disk');
      await disk.getByText('Ready to use').waitFor();
      await disk.getByText('source removed').waitFor();
      await keep(page, 'card-source-removed');
      await disk.getByRole('button', { name: 'large-disk' }).click();
      const words = page
        .getByRole('dialog', { name: 'large-disk' })
        .getByText(
          'The image was removed since. This volume does not depend on it.',
        );
      await words.waitFor();
      await words.scrollIntoViewIfNeeded();
      await keep(page, 'source-removed');
      await page.keyboard.press('Escape');

      await chooseTemplate(page, COMPONENT);
      await field(page, 'Name').fill('late');
      await press(page, 'Next');
      await field(page, 'Golden image').click();
      await page.getByRole('option', { name: /demo-server/ }).waitFor();
      assert.equal(
        await page.getByRole('option', { name: /Demo Linux/ }).count(),
        0,
      );
      await keep(page, 'retired-not-offered');
    }));
});
