// The first day of an installation: from the empty server to the first pictures.
import { readFile } from 'node:fs/promises';
import {
  ADMIN,
  addModel,
  describePicture,
  expect,
  openViewer,
  photograph,
  recordProgress,
  signIn,
  test,
  TINY_MODEL,
} from './fixtures';

test.use({ settings: { multiuser: true } });
test.describe.configure({ mode: 'serial' });

test('the first visitor creates the administrator and is signed in', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Administrator Setup' })).toBeVisible();
  const rules = page.getByRole('list', { name: 'The password needs' });
  await expect(rules.getByText('missing')).toHaveCount(4);
  await photograph(page, 'setup');

  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Display name').fill(ADMIN.name);
  await page.getByLabel('Password', { exact: true }).fill('lighthouse');
  await expect(rules.getByText('missing')).toHaveCount(2);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await expect(rules.getByText('missing')).toHaveCount(0);
  await page.getByLabel('Confirm password').fill('something else');
  await page.getByRole('button', { name: 'Create Administrator Account' }).click();
  await expect(page.getByText('The two passwords differ')).toBeVisible();
  await page.getByLabel('Confirm password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create Administrator Account' }).click();

  const menu = page.getByRole('button', { name: `Profile menu: ${ADMIN.name}` });
  await expect(menu).toContainText('Admin');
  await expect(page.getByRole('region', { name: 'No model yet' })).toBeVisible();
  await expect(page.getByText('Live')).toBeVisible();
  await photograph(page, 'empty');

  await page.reload();
  await expect(menu).toBeVisible();
});

test('signing in: the wrong password is refused, the right one remembered, logging out works', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/login$/);
  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill('Wrong12345');
  await page.getByRole('button', { name: 'Sign In' }).click();
  await expect(page.getByRole('alert')).toContainText('Incorrect email or password');
  await photograph(page, 'login');

  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByLabel('Remember me').check();
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.getByRole('button', { name: /Profile menu/ }).click();
  await expect(page.getByRole('menuitemradio', { name: 'System' })).toBeChecked();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await page.getByRole('menuitemradio', { name: 'System' }).click();
  await page.getByRole('menuitem', { name: 'Logout' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByText('Session expired')).toBeHidden();
});

test('a session that the server no longer knows is announced', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.evaluate(() => {
    localStorage.setItem('auth_token', 'not.a.token');
  });
  await page.reload();
  await expect(page.getByText('Session expired')).toBeVisible();
  await expect(page).toHaveURL(/\/login$/);
});

test('a model is added from a folder', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.getByRole('button', { name: 'Add a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a model from a folder' });
  await dialog.getByLabel('Folder on the server').fill('/no/such/folder');
  await dialog.getByRole('button', { name: 'Add model' }).click();
  await expect(dialog.getByRole('alert')).toContainText('/no/such/folder');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await addModel(page, TINY_MODEL, 'tiny-sd15');
});

test('a picture is made, with progress, and kept', async ({ page, context }) => {
  await signIn(page, ADMIN);
  const otherTab = await context.newPage();
  await otherTab.goto('/');
  await expect(otherTab.getByText('Live')).toBeVisible();

  await describePicture(page, { prompt: 'a lighthouse in a storm', seed: 7 });
  await expect(page.getByText('Live')).toBeVisible();
  const progress = await recordProgress(page);
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('listitem', { name: 'Making your picture' })).toHaveCount(0);
  // Which of the steps are painted depends on how fast the machine is; that there was progress does not.
  expect((await progress()).join(', ')).toMatch(/Starting|Loading|Step \d of 4|Saving/);
  await expect(otherTab.getByText('1 picture', { exact: true })).toBeVisible();

  const picture = page.getByRole('link', { name: /Open the picture/ }).locator('img');
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64);
  await photograph(page, 'studio');
});

test('the keyboard starts a picture as well, from a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, ADMIN);
  await describePicture(page, { prompt: 'a harbour at night', seed: 8 });
  await page.getByLabel('Prompt', { exact: true }).press('Control+Enter');
  await expect(page.getByText('2 pictures', { exact: true })).toBeVisible({ timeout: 120_000 });
});

test('the viewer shows what a picture was made from, downloads it and takes its settings over', async ({ page }) => {
  await signIn(page, ADMIN);
  const viewer = await openViewer(page);
  await expect(viewer.getByText('a harbour at night')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(viewer.getByText('a lighthouse in a storm')).toBeVisible();
  await expect(viewer.getByText('64 × 64')).toBeVisible();
  await expect(viewer.getByText('tiny-sd15')).toBeVisible();
  await photograph(page, 'viewer');

  const downloading = page.waitForEvent('download');
  await viewer.getByRole('link', { name: 'Download' }).click();
  const bytes = await readFile(await (await downloading).path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.includes('invokeai_metadata')).toBe(true);

  const address = page.url();
  await viewer.getByRole('button', { name: 'Use these settings' }).click();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('a lighthouse in a storm');
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('7');
  await page.goto(address);
  await expect(page.getByRole('dialog', { name: 'Picture', exact: true }).getByText('a lighthouse in a storm')).toBeVisible();
});

test('what waits and what runs can be canceled', async ({ page }) => {
  await signIn(page, ADMIN);
  await describePicture(page, { prompt: 'never finished', seed: 9, steps: 100 });
  await page.getByRole('textbox', { name: 'Width' }).fill('768');
  await page.getByRole('textbox', { name: 'Height' }).fill('768');
  await page.getByRole('textbox', { name: 'Pictures' }).fill('2');
  await page.getByRole('button', { name: 'Generate' }).click();
  const waiting = page.getByRole('listitem', { name: 'Waiting' });
  const running = page.getByRole('listitem', { name: 'Making your picture' });
  await expect(running).toBeVisible();
  await expect(waiting).toHaveCount(1);
  await waiting.getByRole('button', { name: 'Cancel' }).click();
  await expect(waiting).toHaveCount(0);
  await expect(running).toContainText(/Step \d+ of 100/);
  await expect(running.getByRole('img', { name: 'Preview' })).toBeVisible();
  await photograph(page, 'running');
  await running.getByRole('button', { name: 'Cancel' }).click();
  // The step under way is finished first.
  await expect(running).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByText('2 pictures', { exact: true })).toBeVisible();
});

test('a picture is deleted after a question', async ({ page }) => {
  await signIn(page, ADMIN);
  const viewer = await openViewer(page);
  await expect(viewer.getByText('a harbour at night')).toBeVisible();
  await viewer.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete this picture?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(viewer.getByText('a lighthouse in a storm')).toBeVisible();
  await viewer.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible();
});
