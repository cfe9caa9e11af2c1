// Back in when nobody can sign in as an administrator, under rules for passwords that the server's owner has set.
import { ADMIN, expect, photograph, test } from './fixtures';

test.use({ settings: { multiuser: true, lines: ['password_min_length: 12', 'password_require_special: true'] } });

test('a code from the console makes an administrator, with a password by the rules of this server', async ({ page, server }) => {
  const printed = await server.command('recover-admin');
  const code = /Recovery code: (\S+)/.exec(printed)?.[1] ?? '';

  await page.goto('/recover');
  const rules = page.getByRole('list', { name: 'The password needs' });
  await expect(rules.getByText('At least 12 characters')).toBeVisible();
  await expect(rules.getByText('missing')).toHaveCount(5);
  await page.getByLabel('Recovery code').fill('AAAA-AAAA-AAAA-AAAA');
  await page.getByLabel('Email address').fill(ADMIN.email);
  await page.getByLabel('Display name').fill(ADMIN.name);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await expect(rules.getByText('missing')).toHaveCount(1);
  await page.getByLabel('Confirm password').fill(ADMIN.password);
  const recover = page.getByRole('button', { name: 'Recover Administrator Account' });
  await recover.click();
  await expect(page.getByText('The password needs: A character that is neither letter nor number')).toBeVisible();

  const password = `${ADMIN.password}!`;
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Confirm password').fill(password);
  await recover.click();
  await expect(page.getByRole('alert')).toContainText('The recovery code is wrong, used or expired');
  await photograph(page, 'recovery');

  await page.getByLabel('Recovery code').fill(code);
  await recover.click();
  await expect(page.getByRole('button', { name: `Profile menu: ${ADMIN.name}` })).toContainText('Admin');
});
