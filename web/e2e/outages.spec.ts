// What can go wrong between the page and the server: it restarts, the session ends, the line is slow.
import { addModel, ADMIN, describePicture, expect, setUp, signIn, test, TINY_MODEL } from './fixtures';

test.use({ settings: { multiuser: true } });
test.describe.configure({ mode: 'serial' });

test('a server that restarts in the middle of a picture: the page says so, comes back by itself, and the picture arrives', async ({
  page,
  server,
}) => {
  await setUp(page);
  await addModel(page, TINY_MODEL, 'tiny-sd15');
  await describePicture(page, { prompt: 'a bridge in the fog', seed: 3, steps: 60 });
  await page.getByRole('textbox', { name: 'Width' }).fill('512');
  await page.getByRole('textbox', { name: 'Height' }).fill('512');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('listitem', { name: 'Making your picture' })).toContainText(/Step \d+ of 60/);

  await server.halt();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  await page.getByLabel('Prompt', { exact: true }).fill('a bridge, typed while the server was away');
  await server.resume();
  await expect(page.getByText('Live')).toBeVisible();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('a bridge, typed while the server was away');
});

test('a session that is ended from elsewhere: the page says so, and what was typed is there after signing in', async ({
  page,
  browser,
  baseURL,
}) => {
  await signIn(page, ADMIN);
  const typed = 'a harbour that nobody has sent off yet';
  const saved = page.waitForResponse((response) => response.url().includes('key=rs.generate') && response.ok());
  await page.getByLabel('Prompt', { exact: true }).fill(typed);
  await saved;

  const context = await browser.newContext({ baseURL: baseURL ?? '' });
  const elsewhere = await context.newPage();
  await signIn(elsewhere, ADMIN);
  await elsewhere.goto('/profile');
  await elsewhere.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await elsewhere
    .getByRole('dialog')
    .getByRole('button', { name: /^Sign out/ })
    .click();
  await context.close();

  await expect(page.getByText('Session expired')).toBeVisible();
  await expect(page).toHaveURL(/\/login$/);
  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign In' }).click();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue(typed);
});

test('over a slow line the page shows that it is waiting, and one click makes one picture', async ({ page }) => {
  await signIn(page, ADMIN);
  await describePicture(page, { prompt: 'a slow river', seed: 4 });
  const line = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 1_500, downloadThroughput: 25_000, uploadThroughput: 25_000 };
  await line.send('Network.emulateNetworkConditions', slow);
  const generate = page.getByRole('button', { name: 'Generate' });
  await generate.click();
  await expect(generate).toHaveAttribute('data-loading', 'true');
  await expect(page.getByText('2 pictures', { exact: true })).toBeVisible({ timeout: 60_000 });

  await page.goto('/queue', { waitUntil: 'commit' });
  await expect(page.getByRole('status').first()).toBeVisible();
  await expect(page.getByText('a slow river').first()).toBeVisible({ timeout: 60_000 });
});
