/** What people do on the pages, step by step, as they would say it. */

export async function signIn(page, name) {
  await page.goto('/');
  await page
    .getByRole('button', { name: new RegExp(`^Sign in as ${name}:`) })
    .click();
  // The name in the sidebar is a link; a <nav> itself counts as hidden.
  await page.getByRole('link', { name, exact: true }).waitFor();
}

export async function chooseTemplate(page, title) {
  await page.getByRole('link', { name: 'Create', exact: true }).first().click();
  const card = page.locator('.MuiCard-root').filter({ hasText: title });
  await card.getByRole('button', { name: /choose/i }).click();
  await page.getByRole('heading', { name: title }).waitFor();
}

export async function next(page) {
  await page.getByRole('button', { name: 'Next', exact: true }).click();
}

/** Picks an option of a select, whose label may be followed by " *". */
export async function pick(page, label, option) {
  await page.getByLabel(label).click();
  await page.getByRole('option', { name: option }).click();
}
