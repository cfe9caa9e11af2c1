// Boards of one's own, and one that two people share, both of them signed in at once.
import { readFile } from 'node:fs/promises';
import { ADMIN, createUser, expect, photograph, setUp, signIn, test } from './fixtures';

const BOB = { email: 'bob@localhost', name: 'Bob Ross', password: 'Workbench42' };

test.use({ settings: { multiuser: true } });
test.describe.configure({ mode: 'serial' });

test('a board is created, renamed, archived and found again', async ({ page }) => {
  await setUp(page);
  const boards = page.getByRole('region', { name: 'Boards' });
  await boards.getByRole('button', { name: 'New Board' }).click();
  await boards.getByLabel('Board name').fill('Lighthouses');
  await boards.getByLabel('Board name').press('Enter');
  await expect(page.getByRole('heading', { name: 'Lighthouses' })).toBeVisible();
  await expect(boards.getByRole('button', { name: /^Lighthouses/ })).toContainText('Auto');

  await boards.getByRole('button', { name: /^Lighthouses/ }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await boards.getByLabel('Board name').fill('Beacons');
  await boards.getByLabel('Board name').press('Enter');
  await expect(boards.getByRole('button', { name: /^Beacons/ })).toBeVisible();

  await boards.getByRole('button', { name: 'Options of Beacons' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect(boards.getByRole('button', { name: /^Beacons/ })).toBeHidden();
  await boards.getByLabel('Show Archived').check();
  await expect(boards.getByRole('button', { name: /^Beacons/ })).toContainText('Archived');
  await boards.getByRole('button', { name: 'Options of Beacons' }).click();
  await page.getByRole('menuitem', { name: 'Unarchive' }).click();
  await expect(boards.getByRole('button', { name: /^Beacons/ })).not.toContainText('Archived');
});

test('pictures are brought in, dragged to a board, starred, and deleted together', async ({ page }) => {
  await signIn(page, ADMIN);
  const boards = page.getByRole('region', { name: 'Boards' });
  await boards.getByRole('button', { name: /^Uncategorized/ }).click();
  const png = await readFile('e2e/picture.png');
  const files = [1, 2, 3].map((number) => ({ name: `${number}.png`, mimeType: 'image/png', buffer: png }));
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload pictures' }).click();
  await (await choosing).setFiles(files);
  const pictures = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: /Open the picture/ }) });
  await expect(pictures).toHaveCount(3);

  await pictures.first().dragTo(boards.getByRole('button', { name: /^Beacons/ }));
  await expect(pictures).toHaveCount(2);
  await expect(boards.getByRole('button', { name: /^Beacons/ })).toContainText('1 picture');

  await pictures.first().getByRole('button', { name: 'Star' }).click();
  await expect(pictures.first().getByRole('button', { name: 'Star' })).toHaveAttribute('aria-pressed', 'true');
  await pictures.first().getByRole('link').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  const bar = page.getByRole('toolbar', { name: 'Selected pictures' });
  await expect(bar).toContainText('2 selected');
  await bar.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 2 pictures?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(pictures).toHaveCount(0);
});

test('a board shared with somebody appears for them, with the level and no more rights than that', async ({
  page,
  browser,
  baseURL,
}) => {
  await signIn(page, ADMIN);
  await createUser(page, BOB);
  const context = await browser.newContext({ baseURL: baseURL ?? '' });
  const bob = await context.newPage();
  await signIn(bob, BOB);
  const hisBoards = bob.getByRole('region', { name: 'Boards' });
  await expect(hisBoards.getByRole('button', { name: /^Uncategorized/ })).toBeVisible();
  await expect(hisBoards.getByRole('button', { name: /^Beacons/ })).toBeHidden();

  const boards = page.getByRole('region', { name: 'Boards' });
  await boards.getByRole('button', { name: 'Options of Beacons' }).click();
  await page.getByRole('menuitem', { name: 'Share…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share “Beacons”' });
  await dialog.getByRole('combobox', { name: 'Person' }).click();
  await page.getByRole('option', { name: /Bob Ross/ }).click();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog.getByRole('list', { name: 'Shared with' })).toContainText(BOB.name);
  await photograph(page, 'share');

  await bob.reload();
  const shared = hisBoards.getByRole('list', { name: 'Shared boards' });
  await expect(shared.getByRole('button', { name: /^Beacons/ })).toContainText('Read');
  await expect(shared.getByRole('img', { name: 'Shared' })).toBeVisible();
  await shared.getByRole('button', { name: /^Beacons/ }).click();
  await bob.getByText('Brought along').click();
  await expect(bob.getByRole('link', { name: /Open the picture/ })).toHaveCount(1);
  await shared.getByRole('button', { name: 'Options of Beacons' }).click();
  await expect(bob.getByRole('menuitem', { name: 'Rename' })).toBeDisabled();
  await expect(bob.getByRole('menuitem', { name: 'Delete Board' })).toBeDisabled();
  await bob.keyboard.press('Escape');

  await dialog.getByRole('button', { name: `Stop sharing with ${BOB.name}` }).click();
  await expect(dialog.getByText('Not shared with anybody yet.')).toBeVisible();
  await bob.reload();
  await expect(hisBoards.getByRole('button', { name: /^Uncategorized/ })).toBeVisible();
  await expect(shared).toBeHidden();
  await context.close();
});

test('somebody who may not share is told whom to ask', async ({ page }) => {
  await signIn(page, BOB);
  const boards = page.getByRole('region', { name: 'Boards' });
  await boards.getByRole('button', { name: 'New Board' }).click();
  await boards.getByLabel('Board name').fill('Mine');
  await boards.getByLabel('Board name').press('Enter');
  await boards.getByRole('button', { name: 'Options of Mine' }).click();
  await page.getByRole('menuitem', { name: 'Share…' }).click();
  await expect(page.getByText(/Only administrators can create shared boards/)).toBeVisible();
  await page.keyboard.press('Escape');
  await boards.getByRole('button', { name: 'Options of Mine' }).click();
  await page.getByRole('menuitem', { name: 'Delete Board' }).click();
  await page.getByRole('dialog', { name: 'Delete “Mine”?' }).getByRole('button', { name: 'Delete Board' }).click();
  await expect(boards.getByRole('button', { name: /^Mine/ })).toBeHidden();
});
