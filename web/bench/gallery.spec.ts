// How quick the gallery answers with very many pictures: frames while scrolling, and from each press to the next painting.
// BENCH_URL names a server with an account BENCH_EMAIL, BENCH_PASSWORD whose pictures lie on no board.
import { expect, type Page, test } from '@playwright/test';
import { signIn } from '../e2e/fixtures';

/** Presses of each kind; the median and the slowest count. */
const REPEATS = 15;
const SCROLL_SECONDS = 10;

type Row = { what: string; median: number; p95: number; slowest: number; count: number };

const url = process.env.BENCH_URL ?? '';
const account = { email: process.env.BENCH_EMAIL ?? '', password: process.env.BENCH_PASSWORD ?? '' };

test.use({ viewport: { width: 1600, height: 900 }, ...(url && { baseURL: url }) });

test('the gallery with very many pictures', async ({ page }) => {
  await signIn(page, account);
  const tiles = page.getByRole('link', { name: /Open the picture/ });
  await expect(tiles.first()).toBeVisible();
  const start = Date.now();
  await page.reload();
  await expect(tiles.first().locator('img')).toBeVisible();
  const opened = Date.now() - start;
  const total = await page.getByRole('listitem').and(page.locator('[aria-setsize]')).first().getAttribute('aria-setsize');

  const rows: Row[] = [];
  await page.locator('#pictures').hover();
  rows.push(summary('frames while scrolling by the wheel', await framesWhile(page, () => scroll(page))));
  rows.push(
    summary('from a jump of the scroll bar to pictures', await repeated(async (round) => jump(page, (round * 37) % 100))),
  );
  const press = async (what: string, act: (round: number) => Promise<unknown>) => {
    rows.push(summary(what, await presses(page, act)));
  };
  await tiles.nth(20).focus();
  await press('arrow key to the next row', () => page.keyboard.press('ArrowDown'));
  await press('page down', () => page.keyboard.press('PageDown'));
  await press('selecting a picture', () => page.keyboard.press('Space'));
  await press('starring a picture', (round) =>
    page
      .getByRole('button', { name: /star/i })
      .nth(10 + round)
      .click({ force: true }),
  );
  await press('a letter in the prompt', () => page.getByLabel('Prompt', { exact: true }).press('x'));
  await press('select all, select none', async () => {
    await page.getByRole('main').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Escape');
  });

  const lines = rows.map(
    ({ what, median, p95, slowest, count }) =>
      `| ${what} | ${median.toFixed(0)} | ${p95.toFixed(0)} | ${slowest.toFixed(0)} | ${count} |`,
  );
  process.stdout.write(
    [
      '',
      `| ${total ?? '?'} pictures, ms | median | 95 % | slowest | of |`,
      '|---|---|---|---|---|',
      `| from loading the page to the first picture | ${opened} | | | 1 |`,
      ...lines,
      '',
    ].join('\n'),
  );
});

function summary(what: string, values: readonly number[]): Row {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { what, median: at(0.5), p95: at(0.95), slowest: at(1), count: sorted.length };
}

async function repeated(measure: (round: number) => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let round = 0; round < REPEATS; round += 1) values.push(await measure(round));
  return values;
}

/** Milliseconds between one frame and the next while something goes on. */
async function framesWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    let last = performance.now();
    const tick = (now: number) => {
      frames.push(now - last);
      last = now;
      if (!Object.hasOwn(window, 'framesEnded')) requestAnimationFrame(tick);
    };
    Object.assign(window, { frames });
    requestAnimationFrame(tick);
  });
  await act();
  return page.evaluate(() => {
    Object.assign(window, { framesEnded: true });
    return (window as unknown as { frames: number[] }).frames.slice(1);
  });
}

async function scroll(page: Page) {
  const end = Date.now() + SCROLL_SECONDS * 1000;
  while (Date.now() < end) {
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
}

/** Milliseconds from moving the scroll bar to `percent` until every tile in the window shows its picture. */
function jump(page: Page, percent: number): Promise<number> {
  return page.evaluate(
    (share) =>
      new Promise<number>((done) => {
        const scroller = document.getElementById('pictures');
        if (!scroller) throw new Error('there is no gallery');
        const start = performance.now();
        scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * share;
        const window = scroller.getBoundingClientRect();
        const look = () => {
          const tiles = [...scroller.querySelectorAll('li[data-index]')].filter((tile) => {
            const { top, bottom } = tile.getBoundingClientRect();
            return bottom > window.top && top < window.bottom;
          });
          const isReady = tiles.length > 0 && tiles.every((tile) => tile.querySelector('img')?.complete === true);
          if (isReady) done(performance.now() - start);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    percent / 100,
  );
}

/** Milliseconds from each press to the painting after it, as the browser itself measures them (in steps of eight). */
async function presses(page: Page, act: (round: number) => Promise<unknown>): Promise<number[]> {
  await page.evaluate(() => {
    const longest = new Map<number, number>();
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceEventTiming[]) {
        if (entry.interactionId) {
          longest.set(entry.interactionId, Math.max(entry.duration, longest.get(entry.interactionId) ?? 0));
        }
      }
    });
    observer.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    Object.assign(window, { longest, observer });
  });
  for (let round = 0; round < REPEATS; round += 1) {
    await act(round);
    // Painted twice, the observer has heard of it.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  const slow = await page.evaluate(() => {
    const { longest, observer } = window as unknown as { longest: Map<number, number>; observer: PerformanceObserver };
    observer.disconnect();
    return [...longest.values()];
  });
  // What is quicker than the browser measures is not told of.
  return [...Array<number>(Math.max(0, REPEATS - slow.length)).fill(16), ...slow];
}
