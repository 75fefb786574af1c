import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  activeStep,
  choosePerson,
  chooseTemplate,
  field,
  openComponent,
  openForm,
  pick,
  press,
  signIn,
  startTask,
  volumeRow,
} from './support/steps.mjs';
import { useDemo } from './support/useDemo.mjs';

const COMPONENT = 'Component with a pre-populated disk';
const IMPORT = 'Import a golden image';

/**
 * Journeys of people through the demo. They tell one story in their order:
 * later ones build upon what earlier ones left.
 */
describe('the demo', () => {
  const { visit, as, keep } = useDemo('people');

  it('gives a developer a component, whose disk is copied before their eyes', () =>
    visit(async page => {
      await page.goto('/');
      await page.getByRole('heading', { name: 'Golden Images demo' }).waitFor();
      await keep(page, 'sign-in');
      await signIn(page, 'Dana');
      await page.getByRole('link', { name: 'web-shop' }).waitFor();
      await keep(page, 'catalog');

      await chooseTemplate(page, COMPONENT);
      await field(page, 'Name').fill('cart');
      await field(page, 'Description').fill('What customers want to buy');
      await keep(page, 'component-form');
      await press(page, 'Next');
      await pick(page, 'Golden image', /Demo Linux/);
      assert.equal(await field(page, 'Namespace').inputValue(), 'team-a-dev');
      await page.getByText('The disk can be made.').waitFor();
      assert.equal(await field(page, 'Size').inputValue(), '1');
      await keep(page, 'disk-form');
      await press(page, 'Review');
      await page.getByRole('button', { name: 'Create', exact: true }).waitFor();
      await keep(page, 'review');
      const task = await startTask(page);
      await activeStep(page, 'Wait until the disk is usable');
      await keep(page, 'task-waits');

      await openComponent(page, 'cart');
      const disk = volumeRow(page, 'cart-disk');
      const progress = disk.getByRole('progressbar', {
        name: 'Copy of cart-disk',
      });
      await page.evaluate(() => {
        window.samePage = true;
      });
      const first = await percentAbove(progress, 0);
      await keep(page, 'card-copying');
      assert.match(await disk.innerText(), /Copying, \d+ %/);
      const second = await percentAbove(progress, first);
      assert.ok(second <= 99, `${second} % of a copy that is not done`);
      await disk.getByText('Ready to use').waitFor();
      await keep(page, 'card-ready');
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
      const dialog = page.getByRole('dialog', { name: 'cart-disk' });
      await dialog.getByText(/^volumes:[^]*claimName: cart-disk/).waitFor();
      await keep(page, 'drawer');

      await page.goto(task);
      await page
        .getByText(
          'The claim cart-disk in namespace team-a-dev is ready to use.',
        )
        .waitFor();
      await page
        .getByRole('heading', { name: 'Component with a pre-populated disk' })
        .waitFor();
      await keep(page, 'task-done');
      await page.getByRole('link', { name: 'Open the component' }).click();
      await page.getByRole('heading', { name: 'cart' }).waitFor();
    }));

  it('shows the card in the width of a phone, nothing beside the screen', () =>
    visit(
      async page => {
        await choosePerson(page, 'Dana');
        await page.getByRole('link', { name: 'web-shop' }).waitFor();
        await page.goto('/catalog/default/component/cart');
        const disk = volumeRow(page, 'cart-disk');
        await disk.getByText('Ready to use').waitFor();
        await disk.scrollIntoViewIfNeeded();
        await keep(page, 'card-narrow');
        const [content, screen] = await page
          .getByRole('list', { name: 'Volumes' })
          .evaluate(list => [list.scrollWidth, list.clientWidth]);
        assert.ok(content <= screen, `${content} px in ${screen} px`);
      },
      { width: 320, height: 700 },
    ));

  it('lets a platform engineer import the second image', () =>
    visit(async page => {
      await signIn(page, 'Paula');
      await chooseTemplate(page, IMPORT);
      await field(page, 'Name').fill('demo-server');
      await field(page, 'Version').fill('20261115');
      await field(page, 'Title').fill('Demo Server');
      await keep(page, 'import-name');
      await press(page, 'Next');
      assert.equal(
        await field(page, 'URL').inputValue(),
        'http://images.example.com/demo-server.qcow2',
      );
      await keep(page, 'import-source');
      await press(page, 'Review');
      await startTask(page);
      await press(page, 'Show Logs');
      await page
        .getByText(/Importing, \d+ %/)
        .first()
        .waitFor();
      await keep(page, 'import-running');
      await page.getByText('demo-server @ 20261115 is ready').waitFor();
      await keep(page, 'import-done');
    }));

  it('offers the image of the platform engineer to a developer of another team', () =>
    visit(async page => {
      await signIn(page, 'Tom');
      await chooseTemplate(page, COMPONENT);
      await field(page, 'Name').fill('shelves');
      await press(page, 'Next');
      await field(page, 'Golden image').click();
      await page.getByRole('option', { name: /Demo Server/ }).waitFor();
      await page.getByRole('option', { name: /Demo Linux/ }).waitFor();
      await keep(page, 'images-offered');
      await page.getByRole('option', { name: /Demo Server/ }).click();
      assert.equal(await field(page, 'Namespace').inputValue(), 'team-b-dev');
      await press(page, 'Review');
      await page.getByRole('button', { name: 'Create', exact: true }).waitFor();
    }));

  it('refuses an import by a developer, and says who may', () =>
    visit(async page => {
      await signIn(page, 'Dana');
      await chooseTemplate(page, IMPORT);
      await field(page, 'Name').fill('mine');
      await field(page, 'Version').fill('1');
      await press(page, 'Next');
      await press(page, 'Review');
      await startTask(page);
      await page
        .getByText(/only its owner group:default\/platform/)
        .first()
        .waitFor();
      await keep(page, 'import-refused');
      assert.deepEqual(await as('dana').imageNames(), [
        'demo-linux',
        'demo-server',
      ]);
    }));

  it("refuses another team's namespace in the form", () =>
    visit(async page => {
      await signIn(page, 'Dana');
      await openForm(page, 'component-with-disk', {
        name: 'sneaky',
        owner: 'group:default/team-a',
        image: 'demo-linux',
        namespace: 'team-b-dev',
      });
      await press(page, 'Next');
      await page
        .getByText(/"team-b-dev" is not among the namespaces of yours/)
        .waitFor();
      await press(page, 'Review');
      await keep(page, 'namespace-refused-form');
      assert.equal(
        await page.getByRole('button', { name: 'Create', exact: true }).count(),
        0,
      );
    }));

  it("refuses another team's namespace behind the form, before anything is written", () =>
    visit(async page => {
      await signIn(page, 'Dana');
      const id = await as('dana').startTask('component-with-disk', {
        name: 'sneaky',
        owner: 'group:default/team-a',
        image: 'demo-linux',
        namespace: 'team-b-dev',
      });
      await page.goto(`/create/tasks/${id}`);
      await page
        .getByText(/"team-b-dev" .* belongs to group:default\/team-b/)
        .first()
        .waitFor();
      await keep(page, 'namespace-refused-task');
      assert.deepEqual(await as('tom').volumes('team-b-dev'), {});
      assert.equal(
        await as('tom').hasEntity('component:default/sneaky'),
        false,
      );
    }));

  it('says of an image that is not there who can import it', () =>
    visit(async page => {
      await signIn(page, 'Dana');
      const id = await as('dana').startTask('component-with-disk', {
        name: 'absent',
        owner: 'group:default/team-a',
        image: 'windows',
        namespace: 'team-a-dev',
      });
      await page.goto(`/create/tasks/${id}`);
      await page
        .getByText(
          'Error: image: there is no "windows" in namespace "golden-images" of cluster "sandbox". It can be imported by group:default/platform.',
          { exact: true },
        )
        .waitFor();
      await keep(page, 'image-absent');
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
