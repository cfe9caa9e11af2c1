// The frame around all pages: tabs, shortcuts, what is remembered, a server that goes away; and that everybody can use it.
import { ADMIN, expect, expectAccessible, photograph, setUp, signIn, test } from './fixtures';

test.use({ settings: { multiuser: true } });
test.describe.configure({ mode: 'serial' });

test('the tabs, by mouse and by keyboard', async ({ page }) => {
  await expectAccessibleGuest(page);
  await setUp(page);
  const tabs = page.getByRole('navigation', { name: 'Places' });
  for (const name of ['Upscale', 'Workflows', 'Models', 'Queue', 'Generate']) {
    await tabs.getByRole('link', { name, exact: true }).click();
    await expect(tabs.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
  }
  await page.getByRole('main').focus();
  await page.keyboard.press('2');
  await expect(page).toHaveURL(/\/upscale$/);
  await page.keyboard.press('1');
  await expect(page).toHaveURL(/\/generate$/);
});

test('theme, shortcuts and an unsent prompt follow the account to another browser', async ({ page, browser, baseURL }) => {
  await signIn(page, ADMIN);
  await page.getByLabel('Prompt', { exact: true }).fill('a harbour in the morning');
  await page.getByRole('button', { name: /Profile menu/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.getByRole('button', { name: /^Go to Queue/ }).click();
  const saved = page.waitForResponse((response) => response.url().includes('key=rs.preferences') && response.ok());
  await page.keyboard.press('q');
  await expect(dialog.getByRole('button', { name: 'Go to Queue: Q. Change' })).toBeVisible();
  await photograph(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await saved;

  const context = await browser.newContext({ baseURL: baseURL ?? '' });
  const other = await context.newPage();
  await signIn(other, ADMIN);
  await expect(other.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await expect(other.getByLabel('Prompt', { exact: true })).toHaveValue('a harbour in the morning');
  await other.getByRole('main').focus();
  await other.keyboard.press('q');
  await expect(other).toHaveURL(/\/queue$/);
  await context.close();
});

test('without the server the page says so, keeps what is typed, and recovers by itself', async ({ page, context }) => {
  await signIn(page, ADMIN);
  await expect(page.getByText('Live')).toBeVisible();
  await context.setOffline(true);
  await page.getByLabel('Prompt', { exact: true }).fill('typed without a connection');
  await page.getByRole('button', { name: 'New Board' }).click();
  await page.getByLabel('Board name').fill('Later');
  await page.getByLabel('Board name').press('Enter');
  await expect(page.getByText('The server did not answer', { exact: false })).toBeVisible();
  await expect(page.getByLabel('Board name')).toHaveValue('Later');

  const saved = page.waitForResponse((response) => response.url().includes('key=rs.generate') && response.ok());
  await context.setOffline(false);
  await saved;
  await page.getByLabel('Board name').press('Enter');
  await expect(page.getByRole('heading', { name: 'Later' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('typed without a connection');
});

/** Every page of somebody who is signed in, and what shows that it is there. */
const PAGES = [
  { path: 'generate', shows: 'Boards' },
  { path: 'upscale', shows: 'Boards' },
  { path: 'workflows', shows: 'Workflow Library' },
  { path: 'models', shows: 'Models' },
  { path: 'queue', shows: 'Queue' },
  { path: 'profile', shows: 'Where you are signed in' },
  { path: 'admin/users', shows: 'Users' },
  { path: 'admin/queue', shows: 'Queue Overview' },
  { path: 'admin/statistics', shows: 'Statistics' },
  { path: 'admin/configuration', shows: 'Configuration' },
  { path: 'admin/about', shows: 'About' },
] as const;

for (const { path, shows } of PAGES) {
  test(`everybody can use ${path}, in light and dark, wide and on a phone`, async ({ page }) => {
    await signIn(page, ADMIN);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`/${path}`);
      await expect(page.getByRole('main').getByText(shows, { exact: true }).filter({ visible: true }).first()).toBeVisible();
      await expectAccessible(page, `${path}, ${colorScheme}`);
    }
    await photograph(page, path.replace('/', '-'));
  });
}

async function expectAccessibleGuest(page: Parameters<typeof expectAccessible>[0]) {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Administrator Setup' })).toBeVisible();
  await expectAccessible(page, 'setup');
}
