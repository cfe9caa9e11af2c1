// The queue as a list to read and to tidy up: the own items, and for administrators everybody's.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';
import { QUEUE_ID, type QueueItemStatus } from './queue';

export type QueueSummary = Schemas['SessionQueueItemSummary'];
export type QueueDetails = Schemas['SessionQueueItem'];
export type QueueOverview = Schemas['QueueOverview'];

const path = { queue_id: QUEUE_ID };
const PAGE = 50;
/** The socket tells of every change; this is for what it missed. */
const LOOK_AGAIN = 30_000;

/** One's own items, the newest first, page by page. An administrator's list of ids names everybody's, so they ask otherwise. */
export function useOwnQueue(user: { id: string; isAdmin: boolean }) {
  return useInfiniteQuery({
    queryKey: [...keys.queueList, user.id],
    queryFn: async ({ pageParam: offset, signal }): Promise<{ items: QueueSummary[]; next: number | null }> => {
      if (user.isAdmin) {
        const query = { user_id: user.id, offset, limit: PAGE };
        const { items } = await api.get('/api/v1/queue/{queue_id}/overview', { path, query, signal });
        return { items, next: items.length === PAGE ? offset + PAGE : null };
      }
      const { item_ids: ids } = await api.get('/api/v1/queue/{queue_id}/item_ids', {
        path,
        query: { order_dir: 'DESC' },
        signal,
      });
      const body = { item_ids: ids.slice(offset, offset + PAGE) };
      const items =
        body.item_ids.length === 0
          ? []
          : await api.post('/api/v1/queue/{queue_id}/item_summaries_by_ids', { path, body, signal });
      const own = items.filter((item) => item.user_id === user.id).sort((a, b) => b.item_id - a.item_id);
      return { items: own, next: offset + PAGE < ids.length ? offset + PAGE : null };
    },
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    refetchInterval: LOOK_AGAIN,
  });
}

export type OverviewFilter = { userId: string | null; status: QueueItemStatus | null; offset: number };

export const OVERVIEW_PAGE = 50;

/** Everybody's items with counts by user (administrators only). */
export function useQueueOverview({ userId, status, offset }: OverviewFilter) {
  return useQuery({
    queryKey: [...keys.queueOverview, userId, status, offset],
    queryFn: ({ signal }) =>
      api.get('/api/v1/queue/{queue_id}/overview', {
        path,
        query: {
          offset,
          limit: OVERVIEW_PAGE,
          ...(userId !== null && { user_id: userId }),
          ...(status !== null && { status: [status] }),
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN,
  });
}

/** Everything about one item. */
export function useQueueDetails(id: number) {
  return useQuery({
    queryKey: keys.queueDetails(id),
    queryFn: ({ signal }) => api.get('/api/v1/queue/{queue_id}/i/{item_id}', { path: { ...path, item_id: id }, signal }),
  });
}

/** Whether items are taken from the queue, or whether it is paused. */
export function useProcessor() {
  return useQuery({
    queryKey: keys.queueProcessor,
    queryFn: async ({ signal }) => (await api.get('/api/v1/queue/{queue_id}/status', { path, signal })).processor,
    refetchInterval: LOOK_AGAIN,
  });
}

/** What can be done to the queue as a whole. Cancelling, clearing and pruning reach the own items, an administrator's everybody's. */
export type QueueAction = 'cancelWaiting' | 'clear' | 'prune' | 'pause' | 'resume';

const ACTIONS: Record<QueueAction, () => Promise<unknown>> = {
  cancelWaiting: () => api.put('/api/v1/queue/{queue_id}/cancel_all_except_current', { path }),
  clear: () => api.put('/api/v1/queue/{queue_id}/clear', { path }),
  prune: () => api.put('/api/v1/queue/{queue_id}/prune', { path }),
  pause: () => api.put('/api/v1/queue/{queue_id}/processor/pause', { path }),
  resume: () => api.put('/api/v1/queue/{queue_id}/processor/resume', { path }),
};

export function useQueueAction() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (action: QueueAction) => ACTIONS[action](),
    onSettled: () => cache.invalidateQueries({ queryKey: ['queue'] }),
  });
}

/** Takes one item out of the queue's history. */
export function useForgetItem() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.delete('/api/v1/queue/{queue_id}/i/{item_id}', { path: { ...path, item_id: id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['queue'] }),
  });
}
