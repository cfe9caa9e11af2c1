// Photographs every page into `docs/screenshots`: light and dark on a wide screen, light on a phone.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { ADMIN, expect, signIn, test, TINY_MODEL } from '../e2e/fixtures';
import { furnish } from './furnish';
import { EMPTY, FURNISHED, type Place } from './pages';

const FOLDER = process.env.SCREENSHOTS ?? resolve('../docs/screenshots');
const ONLY = (process.env.SCREENSHOTS_ONLY ?? '').split(',').filter((name) => name !== '');
const QUALITY = 0.8;
const PATIENCE_MINUTES = 60;
const VIEWS = [
  { view: 'light', colorScheme: 'light', viewport: { width: 1600, height: 900 } },
  { view: 'dark', colorScheme: 'dark', viewport: { width: 1600, height: 900 } },
  { view: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;
type View = (typeof VIEWS)[number];

const wanted = ({ name }: Place) => ONLY.length === 0 || ONLY.includes(name);

test.use({ settings: { multiuser: true } });

test('every page is photographed', async ({ browser, page, server }) => {
  test.setTimeout(PATIENCE_MINUTES * 60_000);
  await mkdir(FOLDER, { recursive: true });
  await page.goto('/');
  const failures = await photograph(browser, server.url, EMPTY.filter(wanted), false);
  await furnish(server.url, page, dirname(TINY_MODEL));
  const [visited, lived] = [FURNISHED.filter(({ as }) => as === 'nobody'), FURNISHED.filter(({ as }) => as === 'administrator')];
  failures.push(...(await photograph(browser, server.url, visited.filter(wanted), false)));
  failures.push(...(await photograph(browser, server.url, lived.filter(wanted), true)));
  expect(failures, 'pages that did not show what they should').toEqual([]);
});

/** Goes through the places view by view; returns what went wrong. */
async function photograph(browser: Browser, baseURL: string, places: readonly Place[], signedIn: boolean): Promise<string[]> {
  const failures: string[] = [];
  for (const view of places.length === 0 ? [] : VIEWS) {
    const { colorScheme, viewport } = view;
    const context = await browser.newContext({ baseURL, colorScheme, viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    // What is not there is told, and the next page photographed.
    page.setDefaultTimeout(20_000);
    const blank = await context.newPage();
    if (signedIn) await signIn(page, ADMIN);
    for (const place of places) {
      try {
        await take(page, blank, place, view);
      } catch (error) {
        failures.push(`${place.name} (${view.view}): ${String(error).slice(0, 300)}`);
      }
    }
    await context.close();
  }
  return failures;
}

async function take(page: Page, blank: Page, place: Place, { view }: View) {
  await page.goto(place.path);
  await place.prepare(page);
  // What is still being loaded is not the page.
  await page.waitForLoadState('networkidle', { timeout: 10_000 }).catch(() => undefined);
  await page.waitForFunction(() => Array.from(document.images).every((image) => image.complete || image.loading === 'lazy'));
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  await writeFile(join(FOLDER, `${place.name}-${view}.webp`), await asWebp(blank, png));
}

/** A tenth of the size of a PNG; the browser encodes it. */
async function asWebp(blank: Page, png: Buffer): Promise<Buffer> {
  const encoded = await blank.evaluate(
    async ({ source, quality }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality).split(',')[1] ?? '';
    },
    { source: `data:image/png;base64,${png.toString('base64')}`, quality: QUALITY },
  );
  return Buffer.from(encoded, 'base64');
}
