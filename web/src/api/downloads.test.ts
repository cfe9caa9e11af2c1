import { beforeEach, expect, test, vi } from 'vitest';
import { endDownload, requestDownload, useFailedDownload } from './downloads';

const saved: string[] = [];

beforeEach(() => {
  // The test's browser would leave the page.
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue();
  saved.length = 0;
  useFailedDownload.setState({ failure: null });
});

function serve(name: string) {
  vi.stubGlobal('fetch', (url: URL | string, options?: { method?: string }) => {
    if (options?.method === 'POST') return Promise.resolve(Response.json({ bulk_download_item_name: name }, { status: 202 }));
    saved.push(String(url).split('/').at(-1) ?? '');
    return Promise.resolve(new Response('zip'));
  });
}

test('a file is saved whether its event comes after the answer or before it', async () => {
  serve('late.zip');
  await requestDownload({ names: ['a.png'] });
  await endDownload('late.zip', null);
  expect(saved).toEqual(['late.zip']);

  serve('early.zip');
  await endDownload('early.zip', null);
  expect(saved).toEqual(['late.zip']);
  await requestDownload({ names: ['a.png'] });
  expect(saved).toEqual(['late.zip', 'early.zip']);
});

test('a file that fails is reported to who asked for it', async () => {
  serve('mine.zip');
  await requestDownload({ boardId: 'b' });
  await endDownload('other.zip', 'disk full');
  expect(useFailedDownload.getState().failure).toBeNull();
  await endDownload('mine.zip', 'disk full');
  expect(useFailedDownload.getState().failure).toEqual({ name: 'mine.zip', reason: 'disk full' });
});
