import { resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { type RunningServer, type Settings, startServer } from './server';

export { expect };

export const ADMIN = { email: 'admin@localhost', name: 'Ada Lovelace', password: 'Lighthouse42' };
export const TINY_MODEL = process.env.E2E_MODEL ?? resolve('../tests/fixtures/models/tiny-sd15');

/**
 * `baseURL` is a fresh server, or the one that E2E_BASE_URL names. Each file says its settings by `test.use`: that is what gives
 * it a server of its own.
 */
export const test = base.extend<object, { settings: Settings | null; server: RunningServer }>({
  settings: [null, { option: true, scope: 'worker' }],
  server: [
    async ({ settings }, provide) => {
      if (settings === null) throw new Error('say which server is meant: test.use({ settings: … })');
      const given = process.env.E2E_BASE_URL;
      const server = given === undefined ? await startServer(settings) : elsewhere(given);
      await provide(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // A page that throws, or that the content policy stops, is broken even where nobody looks.
  page: async ({ page }, provide) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/content security policy|refused to/i.test(message.text())) faults.push(message.text());
    });
    await provide(page);
    expect(faults).toEqual([]);
  },
  baseURL: async ({ server }, provide) => {
    await provide(server.url);
  },
});

/** A server that somebody else started. */
function elsewhere(url: string): RunningServer {
  const refuse = () => Promise.reject(new Error(`no commands can be run on the machine of ${url}`));
  return { url, command: refuse, halt: refuse, resume: refuse, stop: () => Promise.resolve() };
}

export async function signIn(page: Page, account: { email: string; password: string }) {
  await page.goto('/login');
  await page.getByLabel('Email address').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Sign In' }).click();
  await expect(page.getByRole('button', { name: /Profile menu/ })).toBeVisible();
}

export async function addModel(page: Page, folder: string, name: string) {
  await page.getByRole('button', { name: 'Add a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a model from a folder' });
  await dialog.getByLabel('Folder on the server').fill(folder);
  await dialog.getByRole('button', { name: 'Add model' }).click();
  await expect(dialog.getByText(`${name} is ready`)).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue(name);
}

/** Fills in a picture that is made in no time. */
export async function describePicture(page: Page, { prompt, seed, steps = 4 }: { prompt: string; seed: number; steps?: number }) {
  await page.getByLabel('Prompt', { exact: true }).fill(prompt);
  await page.getByRole('textbox', { name: 'Width' }).fill('64');
  await page.getByRole('textbox', { name: 'Height' }).fill('64');
  await page.getByRole('textbox', { name: 'Steps' }).fill(String(steps));
  await page.getByRole('switch', { name: 'Random seed' }).uncheck();
  await page.getByRole('textbox', { name: 'Seed' }).fill(String(seed));
}

export async function openViewer(page: Page) {
  await page
    .getByRole('link', { name: /Open the picture/ })
    .first()
    .click();
  const viewer = page.getByRole('dialog', { name: 'Picture', exact: true });
  await expect(viewer).toBeVisible();
  return viewer;
}

/** Every text that the progress bar shows from now on. */
export async function recordProgress(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { progressTexts: seen });
    const look = () => {
      const text = document.querySelector('[role=progressbar][aria-valuetext]')?.getAttribute('aria-valuetext');
      if (text && seen.at(-1) !== text) seen.push(text);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => (window as unknown as { progressTexts: string[] }).progressTexts);
}

/** Makes an account as an administrator, by the API; what an administrator clicks for it is tested with the pages of users. */
export async function createUser(page: Page, account: { email: string; name: string; password: string }) {
  const token = await page.evaluate(() => localStorage.getItem('auth_token'));
  const answer = await page.request.post('/api/v1/auth/users', {
    headers: { Authorization: `Bearer ${token ?? ''}` },
    data: { email: account.email, display_name: account.name, password: account.password, is_admin: false },
  });
  expect(answer.status()).toBe(201);
}

/** Creates the first administrator, who is then signed in. */
export async function setUp(page: Page) {
  await page.goto('/');
  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Display name').fill(ADMIN.name);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByLabel('Confirm password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create Administrator Account' }).click();
  await expect(page.getByRole('button', { name: /Profile menu/ })).toBeVisible();
}

/** Fails on what the accessibility rules call serious or critical. */
export async function expectAccessible(page: Page, name = page.url()) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join('; ')}`);
  expect(found, name).toEqual([]);
}

/** The page in light and dark, on a wide screen and on a phone. */
export async function photograph(page: Page, name: string) {
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries({ wide: { width: 1600, height: 900 }, phone: { width: 390, height: 844 } })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${name} is not wider than a ${size} screen`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `test-results/screens/${name}-${size}-${colorScheme}.png`, animations: 'disabled' });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
