import type { Account } from '@/api/auth';
import { isUnfinished, type QueueItem, useQueueItems } from '@/api/queue';
import { useIsDismissed } from './dismissed';

const RANK: Partial<Record<QueueItem['status'], number>> = { in_progress: 0, waiting: 0, failed: 1, pending: 2 };
/** Old failures are history, not news. */
const FAILURES_SHOWN = 3;
/** Nobody looks through hundreds of tiles that all say the same. */
const WAITING_SHOWN = 60;

export type VisibleItems = {
  /** What stands before the pictures: what runs, what failed lately, what waits and is next. */
  tiles: QueueItem[];
  /** How many wait after those. */
  more: number;
  /** Everything that waits or runs. */
  unfinished: QueueItem[];
};

export function useVisibleItems(account: Account): VisibleItems {
  const items = useQueueItems(account).data ?? [];
  const isDismissed = useIsDismissed();
  const failures = items.filter((item) => item.status === 'failed' && !isDismissed(item)).slice(-FAILURES_SHOWN);
  const unfinished = items.filter(isUnfinished);
  const later = new Set(unfinished.filter((item) => item.status === 'pending').slice(WAITING_SHOWN));
  const tiles = [...unfinished.filter((item) => !later.has(item)), ...failures].sort(
    (a, b) => (RANK[a.status] ?? 3) - (RANK[b.status] ?? 3) || a.id - b.id,
  );
  return { tiles, more: later.size, unfinished };
}
