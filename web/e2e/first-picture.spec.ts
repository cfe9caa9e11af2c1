// The first minute of a new installation: nothing was downloaded, and what is asked for appears.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

test.use({ settings: { multiuser: false, starterModel: true } });

test('a new installation draws a red circle on a blue background', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'a red circle on a blue background' }).click();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('a red circle on a blue background');
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('Starter');
  const disclosure = page.getByRole('button', { name: 'Settings', expanded: false });
  if (await disclosure.isVisible()) await disclosure.click();
  await page.getByRole('switch', { name: 'Random seed' }).uncheck();
  await page.getByRole('textbox', { name: 'Seed' }).fill('7');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible({ timeout: 120_000 });

  const seen = await coloursOfTheNewestPicture(page);
  expect(nearest(seen.centre)).toBe('red');
  expect(seen.border.map(nearest)).toEqual(['blue', 'blue', 'blue', 'blue']);
});

type Colour = [number, number, number];

/** The mean colour of the middle, and of the middle of each side's border. */
async function coloursOfTheNewestPicture(page: Page): Promise<{ centre: Colour; border: Colour[] }> {
  return page.evaluate(async () => {
    const list = (await (await fetch('/api/v1/images/?is_intermediate=false&limit=1')).json()) as {
      items: { image_url: string }[];
    };
    const address = list.items[0]?.image_url ?? '';
    const bitmap = await createImageBitmap(await (await fetch(`/${address.replace(/^\//, '')}`)).blob());
    const canvas = document.createElement('canvas');
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(bitmap, 0, 0);
    const size = Math.round(bitmap.width / 10);
    const mean = (x: number, y: number): [number, number, number] => {
      const { data } = context.getImageData(Math.round(x), Math.round(y), size, size);
      const sum: [number, number, number] = [0, 0, 0];
      for (let index = 0; index < data.length; index += 4)
        for (const channel of [0, 1, 2] as const) sum[channel] += data[index + channel] ?? 0;
      const pixels = data.length / 4;
      return [sum[0] / pixels, sum[1] / pixels, sum[2] / pixels];
    };
    const [middle, end] = [(bitmap.width - size) / 2, bitmap.width - size];
    return {
      centre: mean(middle, middle),
      border: [mean(middle, 0), mean(0, middle), mean(end, middle), mean(middle, end)],
    };
  });
}

const NAMED: Record<string, Colour> = {
  red: [214, 40, 40],
  green: [46, 160, 67],
  blue: [36, 92, 214],
  purple: [128, 52, 168],
  black: [20, 20, 22],
  white: [246, 246, 244],
};

function nearest(colour: Colour): string | undefined {
  const distance = ([, named]: [string, Colour]) => Math.hypot(named[0] - colour[0], named[1] - colour[1], named[2] - colour[2]);
  return Object.entries(NAMED).sort((a, b) => distance(a) - distance(b))[0]?.[0];
}
