import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { useRecords, useStar } from './images';
import { keys } from './keys';

afterEach(() => {
  vi.useRealTimers();
});

function show(names: readonly string[], answer: (asked: string[]) => Response | Promise<Response>) {
  const cache = new QueryClient();
  const requests: string[][] = [];
  vi.stubGlobal('fetch', async (_: unknown, { body }: { body: string }) => {
    const { image_names: asked } = JSON.parse(body) as { image_names: string[] };
    requests.push(asked);
    return answer(asked);
  });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  renderHook(
    () => {
      useRecords(names);
    },
    { wrapper },
  );
  return { requests, isKnown: (name: string) => cache.getQueryData(keys.image(name)) !== undefined };
}

const records = (asked: readonly string[]) => Response.json(asked.map((image_name) => ({ image_name })));

test('more pictures than one request may name are all fetched', async () => {
  const names = Array.from({ length: 450 }, (_, index) => `${index}.png`);
  const { requests, isKnown } = show(names, records);
  await waitFor(() => {
    expect(names.every(isKnown)).toBe(true);
  });
  expect(requests.map((asked) => asked.length)).toEqual([200, 200, 50]);
});

test('records that could not be fetched are asked for again', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let isUp = false;
  const { requests, isKnown } = show(['a.png'], (asked) => {
    if (!isUp) throw new TypeError('no network');
    return records(asked);
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(requests).toHaveLength(1);
  isUp = true;
  await vi.advanceTimersByTimeAsync(5_100);
  expect(isKnown('a.png')).toBe(true);
});

test('a star that is refused is taken back', async () => {
  const cache = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  for (const [name, starred] of [
    ['a.png', false],
    ['b.png', true],
  ] as const)
    cache.setQueryData(keys.image(name), { image_name: name, starred });
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ detail: 'no' }, { status: 403 })));
  const { result } = renderHook(() => useStar(), { wrapper });
  await expect(result.current.mutateAsync({ names: ['a.png', 'b.png'], starred: true })).rejects.toThrow('no');
  expect(cache.getQueryData(keys.image('a.png'))).toMatchObject({ starred: false });
  expect(cache.getQueryData(keys.image('b.png'))).toMatchObject({ starred: true });
});

test('lists with stars first are put in order once, a moment after the last star', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const cache = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  const view = { boardId: 'none', category: 'images', search: '', oldestFirst: false } as const;
  const names = { image_names: ['b.png', 'a.png'], starred_count: 0, total_count: 2 };
  for (const starredFirst of [true, false]) cache.setQueryData(keys.imageNamesOf({ ...view, starredFirst }), names);
  const isStale = (starredFirst: boolean) => cache.getQueryState(keys.imageNamesOf({ ...view, starredFirst }))?.isInvalidated;
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({})));
  const invalidate = vi.spyOn(cache, 'invalidateQueries');
  const { result } = renderHook(() => useStar(), { wrapper });
  await result.current.mutateAsync({ names: ['a.png'], starred: true });
  await vi.advanceTimersByTimeAsync(900);
  await result.current.mutateAsync({ names: ['b.png'], starred: true });
  await vi.advanceTimersByTimeAsync(900);
  expect(isStale(true)).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(isStale(true)).toBe(true);
  expect(isStale(false)).toBe(false);
  expect(invalidate).toHaveBeenCalledTimes(1);
});
