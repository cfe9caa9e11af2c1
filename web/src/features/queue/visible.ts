import { isUnfinished, type QueueItem, useQueueItems } from '@/api/queue';
import { useIsDismissed } from './dismissed';

const RANK: Partial<Record<QueueItem['status'], number>> = { in_progress: 0, waiting: 0, failed: 1, pending: 2 };
/** Old failures are history, not news. */
const FAILURES_SHOWN = 3;

/** What stands before the pictures: what runs, what failed lately, what waits. */
export function useVisibleItems(userId: string): QueueItem[] {
  const items = useQueueItems(userId).data ?? [];
  const isDismissed = useIsDismissed();
  const failures = items.filter((item) => item.status === 'failed' && !isDismissed(item)).slice(-FAILURES_SHOWN);
  const unfinished = items.filter(isUnfinished);
  return [...unfinished, ...failures].sort((a, b) => (RANK[a.status] ?? 3) - (RANK[b.status] ?? 3) || a.id - b.id);
}
