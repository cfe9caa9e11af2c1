import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { ADMIN, FakeServer } from '@/mock/FakeServer';
import { type QueueItemStatus, useQueueItems } from './queue';
import { signIn } from './session';

const SOMEBODY = { email: 'somebody@example.com', name: 'Somebody', password: 'Harbour42' };

function withItems(...parts: [count: number, userId: string, status: QueueItemStatus][]) {
  const server = new FakeServer();
  server.addUser(SOMEBODY.email, SOMEBODY.name, SOMEBODY.password);
  for (const [count, userId, status] of parts) {
    for (let index = 0; index < count; index += 1) {
      const id = server.items.length + 1;
      const size = { width: 512, height: 512, steps: 20, step: 0 };
      const rest = { error: null, seed: id, prompt: '', negative: '', metadata: {} };
      server.items.push({ id, batchId: `batch-${userId}`, status, userId, ...size, ...rest });
    }
  }
  return server;
}

async function read(server: FakeServer, account: { id: string; isAdmin: boolean }) {
  const requests: string[] = [];
  vi.stubGlobal('fetch', (input: RequestInfo | URL, init?: RequestInit) => {
    requests.push(new Request(input).url);
    return server.fetch(input, init);
  });
  signIn(`token.${account.id}.test`);
  const cache = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useQueueItems(account), { wrapper });
  await waitFor(() => {
    expect(result.current.isSuccess).toBe(true);
  });
  return { items: result.current.data ?? [], requests };
}

test('what runs is found behind hundreds that wait', async () => {
  const server = withItems([30, 'user-2', 'completed'], [1, 'user-2', 'in_progress'], [1300, 'user-2', 'pending']);
  const { items } = await read(server, { id: 'user-2', isAdmin: false });
  expect(items).toHaveLength(1301);
  expect(items[0]).toMatchObject({ id: 31, status: 'in_progress' });
});

test('an administrator finds the own items behind those of others', async () => {
  const server = withItems([1, 'user-1', 'in_progress'], [3, 'user-1', 'pending'], [500, 'user-2', 'pending']);
  expect(server.users[0]?.email).toBe(ADMIN.email);
  const { items } = await read(server, { id: 'user-1', isAdmin: true });
  expect(items.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});

test('history is not read through', async () => {
  const server = withItems([3000, 'user-2', 'completed'], [2, 'user-2', 'failed'], [1, 'user-2', 'pending']);
  const { items, requests } = await read(server, { id: 'user-2', isAdmin: false });
  expect(items.map(({ id }) => id)).toEqual([3001, 3002, 3003]);
  expect(requests.filter((url) => url.includes('item_summaries_by_ids'))).toHaveLength(1);
});
