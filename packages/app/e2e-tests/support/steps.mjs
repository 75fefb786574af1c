/** What people do on the pages, step by step. */

export async function choosePerson(page, name) {
  await page.goto('/');
  await page
    .getByRole('button', { name: new RegExp(`^Sign in as ${name}:`) })
    .click();
}

export async function signIn(page, name) {
  await choosePerson(page, name);
  // The name in the sidebar is a link; a <nav> itself counts as hidden.
  await page.getByRole('link', { name, exact: true }).waitFor();
}

export async function chooseTemplate(page, title) {
  await page.getByRole('link', { name: 'Create', exact: true }).first().click();
  await page
    .locator('.MuiCard-root', { hasText: title })
    .getByRole('button', { name: 'Choose' })
    .click();
  await page.getByRole('heading', { name: title }).waitFor();
}

/** A field of a form by its label, whether or not a " *" follows it. */
export function field(page, label) {
  return page.getByLabel(new RegExp(`^${label}(\\s*\\*)?$`));
}

/** Chooses from the list of a field. */
export async function pick(page, label, option) {
  await field(page, label).click();
  await page.getByRole('option', { name: option }).click();
}

export async function press(page, name) {
  await page.getByRole('button', { name, exact: true }).click();
}

/** Starts the task of a form that is under review; the address of its page. */
export async function startTask(page) {
  await press(page, 'Create');
  await page.waitForURL(/\/create\/tasks\//);
  return page.url();
}

/** Opens a form by a link that has it filled in. */
export async function openForm(page, template, values) {
  const filledIn = encodeURIComponent(JSON.stringify(values));
  await page.goto(`/create/templates/default/${template}?formData=${filledIn}`);
}

/** Waits until this step of a task is the one that runs. */
export async function activeStep(page, name) {
  await page
    .locator('.MuiStepLabel-label.MuiStepLabel-active', { hasText: name })
    .waitFor();
}

/** Goes to the page of a component as people do: through the catalog's list. */
export async function openComponent(page, name) {
  await page
    .getByRole('link', { name: 'Catalog', exact: true })
    .first()
    .click();
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** The row of a volume on the card of an entity's page. */
export function volumeRow(page, name) {
  return page
    .getByRole('list', { name: 'Volumes' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name }) });
}
