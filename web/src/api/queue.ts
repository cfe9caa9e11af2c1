// The signed-in account's part of the queue. Kept up to date by socket.ts.
import { type QueryClient, skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Account } from './auth';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type QueueItemStatus = Schemas['SessionQueueItemSummary']['status'];
export type EnqueueBody = Schemas['Body_enqueue_batch'];
export type QueueCounts = Schemas['SessionQueueStatus'];

export const QUEUE_ID = 'default';
/** The newest items are always read, for recent failures; older ones as long as unfinished ones are among them. */
const RECENT = 200;
/** The most items one request may name. */
const MOST_AT_ONCE = 1000;

export type QueueItem = { id: number; batchId: string; status: QueueItemStatus };

/** Why an item failed. */
export type Failure = { type: string | null; message: string | null };

export type Progress = {
  message: string;
  /** From 0 to 1, where the step can tell. */
  fraction: number | null;
  /** The steps of the denoising that is under way. */
  steps: number | null;
  preview: { url: string; width: number; height: number } | null;
};

const UNFINISHED: ReadonlySet<QueueItemStatus> = new Set(['pending', 'in_progress', 'waiting']);

export function isUnfinished(item: QueueItem): boolean {
  return UNFINISHED.has(item.status);
}

/** One's own items that wait, run or failed lately; oldest first. */
export function useQueueItems({ id: userId, isAdmin }: Pick<Account, 'id' | 'isAdmin'>) {
  return useQuery({
    queryKey: keys.queueItems,
    queryFn: async ({ signal }): Promise<QueueItem[]> => {
      const summaries = await (isAdmin ? ownOfEverybodys(userId, signal) : ownItems(signal));
      const items = summaries
        .filter((item) => item.user_id === userId && (UNFINISHED.has(item.status) || item.status === 'failed'))
        .map((item): [number, QueueItem] => [item.item_id, { id: item.item_id, batchId: item.batch_id, status: item.status }]);
      // What is enqueued meanwhile moves items from one page to the next.
      return [...new Map(items).values()].sort((a, b) => a.id - b.id);
    },
    staleTime: Infinity,
  });
}

type Summary = Schemas['SessionQueueItemSummary'];
type Page = { offset: number; limit: number };

const path = { queue_id: QUEUE_ID };

async function ownItems(signal: AbortSignal): Promise<Summary[]> {
  const [{ queue }, { item_ids: ids }] = await Promise.all([
    api.get('/api/v1/queue/{queue_id}/status', { path, signal }),
    api.get('/api/v1/queue/{queue_id}/item_ids', { path, query: { order_dir: 'DESC' }, signal }),
  ]);
  const read = async ({ offset, limit }: Page) => {
    const body = { item_ids: ids.slice(offset, offset + limit) };
    if (body.item_ids.length === 0) return [];
    return api.post('/api/v1/queue/{queue_id}/item_summaries_by_ids', { path, body, signal });
  };
  const newest = await read({ offset: 0, limit: RECENT });
  return withUnfinished(newest, (queue.user_pending ?? 0) + (queue.user_in_progress ?? 0), read);
}

/** Administrators' list of ids names everybody's items, so they ask otherwise. */
async function ownOfEverybodys(userId: string, signal: AbortSignal): Promise<Summary[]> {
  const read = (page: Page) =>
    api.get('/api/v1/queue/{queue_id}/overview', { path, query: { user_id: userId, ...page }, signal });
  const { totals, items } = await read({ offset: 0, limit: RECENT });
  return withUnfinished(items, totals.pending + totals.in_progress + totals.waiting, async (page) => (await read(page)).items);
}

/** The newest items, and older ones until as many unfinished ones are found as there are. */
async function withUnfinished(
  newest: readonly Summary[],
  unfinished: number,
  read: (page: Page) => Promise<Summary[]>,
): Promise<Summary[]> {
  const items = [...newest];
  const found = () => items.filter(({ status }) => UNFINISHED.has(status)).length;
  for (let offset = RECENT; found() < unfinished; offset += MOST_AT_ONCE) {
    const older = await read({ offset, limit: MOST_AT_ONCE });
    // The number is of another moment: the rest is history.
    if (!older.some(({ status }) => UNFINISHED.has(status))) break;
    items.push(...older);
  }
  return items;
}

/** What the running item is doing; only the socket knows. */
export function useProgress(id: number): Progress | undefined {
  return useQuery<Progress>({ queryKey: keys.progress(id), queryFn: skipToken, staleTime: Infinity }).data;
}

/** The reason a failed item gives. */
export function useFailure(id: number) {
  return useQuery({
    queryKey: keys.failure(id),
    queryFn: async ({ signal }): Promise<Failure> => {
      const item = await api.get('/api/v1/queue/{queue_id}/i/{item_id}', { path: { queue_id: QUEUE_ID, item_id: id }, signal });
      return { type: item.error_type ?? null, message: item.error_message ?? null };
    },
    staleTime: Infinity,
  });
}

/** How many items wait and run, of everybody and of one's own. */
export function useQueueCounts() {
  return useQuery({
    queryKey: keys.queueStatus,
    queryFn: async ({ signal }): Promise<QueueCounts> =>
      (await api.get('/api/v1/queue/{queue_id}/status', { path: { queue_id: QUEUE_ID }, signal })).queue,
    staleTime: Infinity,
  });
}

/** Adds items or replaces those with the same id. */
export function upsertQueueItems(cache: QueryClient, items: readonly QueueItem[]) {
  cache.setQueryData<QueueItem[]>(keys.queueItems, (known) => {
    if (known === undefined) return known;
    const byId = new Map(known.map((item) => [item.id, item]));
    for (const item of items) byId.set(item.id, item);
    return [...byId.values()].sort((a, b) => a.id - b.id);
  });
}

export function removeQueueItem(cache: QueryClient, id: number) {
  cache.setQueryData<QueueItem[]>(keys.queueItems, (known) => known?.filter((item) => item.id !== id));
  cache.removeQueries({ queryKey: keys.progress(id) });
}

export function useEnqueue() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: EnqueueBody) => api.post('/api/v1/queue/{queue_id}/enqueue_batch', { path: { queue_id: QUEUE_ID }, body }),
    onSuccess: (answer) => {
      const known = new Set(cache.getQueryData<QueueItem[]>(keys.queueItems)?.map((item) => item.id));
      const batchId = answer.batch.batch_id ?? '';
      // Events may be faster than the answer: what they said already is newer.
      const fresh = answer.item_ids.filter((id) => !known.has(id) && !cache.getQueryState(keys.progress(id)));
      upsertQueueItems(
        cache,
        fresh.map((id) => ({ id, batchId, status: 'pending' })),
      );
      // An item may even be finished by now.
      void cache.invalidateQueries({ queryKey: keys.queueItems });
    },
  });
}

export function useCancel() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      api.put('/api/v1/queue/{queue_id}/i/{item_id}/cancel', { path: { queue_id: QUEUE_ID, item_id: id } }),
    onSuccess: (item) => {
      if (item.status === 'canceled') removeQueueItem(cache, item.item_id);
    },
    onError: () => cache.invalidateQueries({ queryKey: keys.queueItems }),
  });
}

export function useRetry() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      api.put('/api/v1/queue/{queue_id}/retry_items_by_id', { path: { queue_id: QUEUE_ID }, body: [id] }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.queueItems }),
  });
}
