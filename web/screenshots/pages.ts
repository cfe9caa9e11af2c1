// Which pages there are, and what makes each worth a look.
import { expect, type Page } from '@playwright/test';

export type Place = {
  /** Of the files. */
  name: string;
  path: string;
  /** Whether somebody is signed in. */
  as: 'nobody' | 'administrator';
  /** What to do before the picture is taken; must end with something to see. */
  prepare: (page: Page) => Promise<unknown>;
};

const heading = (name: string | RegExp) => (page: Page) => expect(page.getByRole('heading', { name }).first()).toBeVisible();
const text = (words: string | RegExp) => (page: Page) => expect(page.getByText(words).first()).toBeVisible();

/** A phone shows settings, pictures or boards, one at a time. */
async function showPictures(page: Page) {
  const segment = page.getByText('Pictures', { exact: true });
  if (await segment.isVisible()) await segment.click();
}

/** Before there is an administrator. */
export const EMPTY: readonly Place[] = [{ name: 'setup', path: '/setup', as: 'nobody', prepare: heading('Administrator Setup') }];

/** With accounts, boards, pictures and items in the queue. */
export const FURNISHED: readonly Place[] = [
  {
    name: 'login',
    path: '/login',
    as: 'nobody',
    prepare: (page) => expect(page.getByRole('button', { name: 'Sign In' })).toBeVisible(),
  },
  { name: 'recover', path: '/recover', as: 'nobody', prepare: heading(/.+/) },
  {
    name: 'generate',
    path: '/generate',
    as: 'administrator',
    prepare: async (page) => {
      await page.getByLabel('Prompt', { exact: true }).fill('rolling hills at dawn, pastel sky');
      await showPictures(page);
      await expect(page.getByRole('link', { name: /Open the picture/ }).nth(3)).toBeVisible();
    },
  },
  {
    name: 'viewer',
    path: '/generate',
    as: 'administrator',
    prepare: async (page) => {
      await expect(page.getByLabel('Prompt', { exact: true })).toBeVisible();
      await showPictures(page);
      await page
        .getByRole('link', { name: /Open the picture/ })
        .first()
        .click();
      await expect(page.getByRole('dialog', { name: 'Picture', exact: true })).toBeVisible();
    },
  },
  { name: 'upscale', path: '/upscale', as: 'administrator', prepare: text(/Upscale/) },
  {
    name: 'workflows',
    path: '/workflows',
    as: 'administrator',
    prepare: async (page) => {
      await heading('Workflow Library')(page);
      await page.getByText('Defaults', { exact: true }).click();
      await text('Text to Image - SDXL')(page);
    },
  },
  { name: 'models', path: '/models', as: 'administrator', prepare: text('tiny-sd15') },
  { name: 'queue', path: '/queue', as: 'administrator', prepare: text(/a quiet valley|Waiting|waiting/) },
  { name: 'profile', path: '/profile', as: 'administrator', prepare: text('Where you are signed in') },
  { name: 'password', path: '/password', as: 'administrator', prepare: heading(/.+/) },
  { name: 'admin-users', path: '/admin/users', as: 'administrator', prepare: text('grace@example.com') },
  { name: 'admin-queue', path: '/admin/queue', as: 'administrator', prepare: text('Grace Hopper') },
  { name: 'admin-statistics', path: '/admin/statistics', as: 'administrator', prepare: text('Grace Hopper') },
  { name: 'admin-configuration', path: '/admin/configuration', as: 'administrator', prepare: text('jwt_token_expiry_hours') },
  { name: 'admin-about', path: '/admin/about', as: 'administrator', prepare: text('Built from') },
];
