// Without accounts: the page opens at once.
import { addModel, describePicture, expect, test, TINY_MODEL } from './fixtures';

test.use({ settings: { multiuser: false } });

test('in single-user mode pictures are made without signing in', async ({ page }) => {
  await page.goto('/login');
  await expect(page).toHaveURL(/\/generate$/);
  await addModel(page, TINY_MODEL, 'tiny-sd15');
  await describePicture(page, { prompt: 'a quiet lake', seed: 1 });
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible({ timeout: 120_000 });

  await page.getByRole('button', { name: 'Profile menu: Settings' }).click();
  await expect(page.getByText('Single-user mode')).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Logout' })).toBeHidden();
});
