// Workflows: found in the library, run as a form, built in the editor, saved and published; and the queue they run in.
import { ADMIN, expect, expectAccessible, photograph, signIn, test, TINY_MODEL } from './fixtures';

test.use({ settings: { multiuser: true } });
test.describe.configure({ mode: 'serial' });

test('a default workflow is run as a form, and its picture arrives', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Display name').fill(ADMIN.name);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByLabel('Confirm password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create Administrator Account' }).click();
  await expect(page.getByRole('button', { name: /Profile menu/ })).toBeVisible();
  await page.goto('/models/add');
  await page.getByLabel('Address, repository or path').fill(TINY_MODEL);
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await expect(page.getByText('tiny-sd15 is ready')).toBeVisible({ timeout: 60_000 });

  await page.getByRole('link', { name: 'Workflows' }).click();
  await expect(page.getByText('No workflow of yours yet')).toBeVisible();
  await page.getByText('Defaults', { exact: true }).click();
  await expect(page.getByRole('link', { name: 'Open Text to Image - Stable Diffusion 1.5' })).toBeVisible();
  await expectAccessible(page);
  await photograph(page, 'workflows-library');
  await page.getByRole('link', { name: 'Open Text to Image - Stable Diffusion 1.5', exact: true }).click();
  const form = page.getByRole('form', { name: 'Text to Image - Stable Diffusion 1.5' });
  await form.getByRole('button', { name: 'Invoke' }).click();
  await expect(form.getByRole('alert')).toContainText('Model needs: Model');
  await form.getByRole('combobox', { name: 'Model' }).click();
  await page.getByRole('option', { name: 'tiny-sd15' }).click();
  await form.getByRole('textbox', { name: 'Width' }).fill('64');
  await form.getByRole('textbox', { name: 'Height' }).fill('64');
  await form.getByRole('textbox', { name: 'Steps' }).fill('3');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Invoke' }).click();
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('img', { name: 'Result' })).toBeVisible({
    timeout: 120_000,
  });
  await photograph(page, 'workflows-run');
});

test('a default workflow is opened in the editor, saved as a copy, and runs with live node states', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto('/workflows?shelf=defaults');
  await page.getByRole('button', { name: 'Actions for Text to Image - Stable Diffusion 1.5' }).first().click();
  await page.getByRole('menuitem', { name: 'Open in the editor' }).click();
  const model = page.getByRole('article', { name: 'Model', exact: true });
  await expect(model).toBeVisible();
  await page.getByRole('button', { name: 'Arrange automatically' }).click();
  await model.getByRole('combobox', { name: 'Model' }).click();
  await page.getByRole('option', { name: 'tiny-sd15' }).click();
  await photograph(page, 'workflows-editor');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Workflow name').fill('My tiny pictures');
  await dialog.getByLabel('Description').fill('Small and quick');
  await dialog.getByRole('button', { name: 'Save Workflow' }).click();
  await expect(page.getByText('The workflow is saved')).toBeVisible();
  await expect(page).toHaveURL(/\/workflows\/edit\//);
  await page.getByRole('button', { name: 'Invoke' }).click();
  await expect(page.getByRole('article').getByRole('img', { name: 'Done' }).first()).toBeVisible({ timeout: 120_000 });
  await expectAccessible(page);
});

test('a workflow is built from nodes, and says what is missing', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto('/workflows/new');
  await page.getByLabel('Search nodes').fill('add integers');
  await page.getByLabel('Search nodes').press('Enter');
  await expect(page.getByRole('article')).toHaveCount(1);
  await page.getByLabel('Search nodes').fill('main model - sd1.5');
  await page.getByLabel('Search nodes').press('Enter');
  await expect(page.getByRole('article')).toHaveCount(2);
  await page.getByRole('button', { name: 'Invoke' }).click();
  await expect(page.getByRole('alert')).toContainText('needs: Model');
});

test('a workflow is published, and somebody else finds it by its sign', async ({ page, browser, baseURL }) => {
  await signIn(page, ADMIN);
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Add user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Email address').fill('eve@example.com');
  await dialog.getByLabel('Password', { exact: true }).fill('Workbench42');
  await dialog.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('dialog', { name: 'The account is ready' }).getByRole('button', { name: 'Done' }).click();
  await page.goto('/workflows');
  await page.getByRole('button', { name: 'Actions for My tiny pictures' }).click();
  await page.getByRole('menuitem', { name: 'Make public' }).click();
  await expect(page.getByText('Everybody can use it now')).toBeVisible();

  const other = await browser.newPage({ ...(baseURL !== undefined && { baseURL }) });
  await signIn(other, { email: 'eve@example.com', password: 'Workbench42' });
  await other.getByRole('link', { name: 'Workflows' }).click();
  await other.getByText('Public', { exact: false }).first().click();
  await expect(other.getByRole('link', { name: 'Open My tiny pictures' })).toBeVisible();
  await expect(other.getByRole('img', { name: 'Public' })).toBeVisible();
  await other.getByRole('button', { name: 'Actions for My tiny pictures' }).click();
  await expect(other.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
  await other.close();
});

test('the queue: details, pause and resume, retry, tidying up, and the overview of everybody', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.getByRole('link', { name: 'Queue' }).click();
  const own = page.getByRole('table', { name: 'Yours' });
  await expect(own.getByText('Done').first()).toBeVisible();
  await expectAccessible(page);
  await photograph(page, 'queue');
  await own.getByRole('button', { name: 'Details' }).first().click();
  await expect(page.getByRole('dialog').getByRole('img', { name: 'Result' })).toBeVisible();
  await photograph(page, 'queue-details');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('The queue is paused')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('The queue is paused')).toBeHidden();
  await page.goto('/admin/queue');
  await expect(page.getByRole('table', { name: 'By user' })).toContainText(ADMIN.name);
  await page.getByRole('combobox', { name: 'User', exact: true }).click();
  await page.getByRole('option', { name: ADMIN.name }).click();
  await expect(page.getByRole('table', { name: 'Items' })).toContainText('Done');
  await expectAccessible(page);
  await photograph(page, 'admin-queue');
  await page.goto('/queue');
  await page.getByRole('button', { name: 'Tidy up' }).click();
  await page.getByRole('menuitem', { name: 'Remove what ended' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove what ended' }).click();
  await expect(page.getByText('Nothing in your queue')).toBeVisible();
});
