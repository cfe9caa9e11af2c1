// A working day of an administrator and of somebody they look after, both signed in at once.
import { ADMIN, expect, expectAccessible, photograph, signIn, test, TINY_MODEL } from './fixtures';

test.use({ settings: { multiuser: true } });
test.describe.configure({ mode: 'serial' });

const MEMBER = { email: 'bob@example.com', name: 'Bob Ross', password: '' };

test('the first administrator is made, and opens the administration from the profile menu', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Display name').fill(ADMIN.name);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByLabel('Confirm password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create Administrator Account' }).click();
  await page.getByRole('button', { name: /Profile menu/ }).click();
  await page.getByRole('menuitem', { name: 'Administration' }).click();
  await expect(page.getByRole('heading', { name: 'User Management' })).toBeVisible();
});

test('an administrator adds a user with a generated password and hands the account over', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Add user' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a user' });
  await dialog.getByLabel('Email address').fill(MEMBER.email);
  await dialog.getByLabel('Display name').fill(MEMBER.name);
  await dialog.getByRole('button', { name: 'Generate' }).click();
  const field = dialog.getByLabel('Password', { exact: true });
  await expect(field).not.toHaveValue('');
  MEMBER.password = await field.inputValue();
  await dialog.getByRole('button', { name: 'Create account' }).click();
  const ready = page.getByRole('dialog', { name: 'The account is ready' });
  await expect(ready).toContainText(MEMBER.password);
  await ready.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('table', { name: 'User Management' })).toContainText(MEMBER.name);
  await expectAccessible(page);
  await photograph(page, 'admin-users');
});

test('an administrator installs a model from a folder; everybody else sees it read-only', async ({ page, browser, baseURL }) => {
  await signIn(page, ADMIN);
  await page.goto('/models/add');
  await page.getByLabel('Address, repository or path').fill(TINY_MODEL);
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await expect(page.getByText('tiny-sd15 is ready')).toBeVisible({ timeout: 60_000 });
  await photograph(page, 'models-add');
  await page
    .getByRole('list', { name: 'Installed models' })
    .getByRole('button', { name: /tiny-sd15/ })
    .click();
  await page.getByRole('tab', { name: 'Default Settings' }).click();
  await page.getByLabel('Steps').fill('4');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('The model is saved')).toBeVisible();
  await page.getByRole('tab', { name: 'Edit' }).click();
  await page.getByLabel('Description').fill('Tiny, for tests');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('tab', { name: 'Details' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Details' }).getByText('Tiny, for tests')).toBeVisible();
  await expectAccessible(page);
  await photograph(page, 'models');

  // Axe wants a page of a context that was made by itself.
  const context = await browser.newContext({ ...(baseURL !== undefined && { baseURL }) });
  const other = await context.newPage();
  await signIn(other, MEMBER);
  await other.getByRole('link', { name: 'Models' }).click();
  await expect(other.getByText('Read-only: you can look at every model.')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Add Model' })).toHaveCount(0);
  await other.getByRole('button', { name: /tiny-sd15/ }).click();
  await other.getByRole('tab', { name: 'Default Settings' }).click();
  await expect(other.getByRole('term').filter({ hasText: 'Steps' })).toBeVisible();
  await expect(other.getByRole('tab', { name: 'Edit' })).toHaveCount(0);
  await expectAccessible(other);
  await other.goto('/admin/users');
  await expect(other.getByText('Admin privileges required')).toBeVisible();
  await context.close();
});

test('statistics, configuration and versions', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto('/admin/statistics');
  await expect(page.getByRole('table', { name: 'User statistics' })).toContainText(MEMBER.email);
  await expectAccessible(page);
  await photograph(page, 'admin-statistics');
  await page.getByRole('link', { name: 'Configuration' }).click();
  await page.getByLabel("Items kept in the queue's history").fill('500');
  await page.getByRole('form', { name: 'Settings' }).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The settings are saved')).toBeVisible();
  await page.getByRole('combobox', { name: 'Log level' }).click();
  await page.getByRole('option', { name: /^Debug/ }).click();
  await expect(page.getByRole('combobox', { name: 'Log level' })).toHaveValue(/^Debug/);
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByText(/^invokeai_\d{8}-\d{6}\.db, /)).toBeVisible();
  await page.getByLabel('Find a key').fill('max_queue');
  await expect(page.getByRole('row', { name: /max_queue_history/ })).toContainText('500');
  await expectAccessible(page);
  await photograph(page, 'admin-configuration');
  await page.getByRole('link', { name: 'About' }).click();
  await expect(page.getByText('actix-web', { exact: true })).toBeVisible();
  await photograph(page, 'admin-about');
});

test('changing the own password by the profile menu, as the guide says, and the own sessions', async ({ page }) => {
  await signIn(page, MEMBER);
  await page.getByRole('button', { name: /Profile menu/ }).click();
  await page.getByRole('menuitem', { name: 'Change Password' }).click();
  await page.getByLabel('Current password').fill(MEMBER.password);
  await page.getByLabel('New password').fill('Happy-trees-42');
  await page.getByLabel('Confirm password').fill('Happy-trees-42');
  await page.getByRole('button', { name: 'Update Password' }).click();
  // The new session is in place when the page leads back.
  await expect(page.getByRole('button', { name: /Profile menu/ })).toBeVisible();
  MEMBER.password = 'Happy-trees-42';
  await page.goto('/profile');
  await page.getByRole('textbox', { name: 'Display name' }).fill('Robert Ross');
  await page.getByRole('form', { name: 'Display name' }).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: /Profile menu: Robert Ross/ })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Where you are signed in' })).toContainText('This device');
  await expectAccessible(page);
  await photograph(page, 'profile');
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { name: 'Profil' })).toBeVisible();
  await photograph(page, 'profile-german');
  await page.getByRole('combobox', { name: 'Sprache' }).click();
  await page.getByRole('option', { name: 'English' }).first().click();
  await expect(page.getByRole('heading', { name: 'Profile' })).toBeVisible();
});

test('a deactivated account cannot sign in, and its session ends at once', async ({ page, browser, baseURL }) => {
  const other = await browser.newPage({ ...(baseURL !== undefined && { baseURL }) });
  await signIn(other, MEMBER);
  await signIn(page, ADMIN);
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Actions for Robert Ross' }).click();
  await page.getByRole('menuitem', { name: 'Deactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await expect(page.getByText('Disabled')).toBeVisible();
  await expect(other.getByText('Session expired')).toBeVisible();
  await other.getByLabel('Email address').fill(MEMBER.email);
  await other.getByLabel('Password', { exact: true }).fill(MEMBER.password);
  await other.getByRole('button', { name: 'Sign In' }).click();
  await expect(other.getByRole('alert')).toContainText('Account is disabled');
  await other.close();

  await page.getByRole('button', { name: 'Actions for Robert Ross' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Robert Ross?' });
  await dialog.getByLabel('Give them to somebody else').check();
  await dialog.getByRole('combobox', { name: 'New owner' }).click();
  await page.getByRole('option', { name: /Ada Lovelace/ }).click();
  await photograph(page, 'admin-delete');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Robert Ross was deleted')).toBeVisible();
  await expect(page.getByRole('table', { name: 'User Management' })).not.toContainText(MEMBER.email);
});
