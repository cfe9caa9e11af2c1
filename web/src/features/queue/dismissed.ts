// Failures that were read and put away, in this browser.
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { QueueItem } from '@/api/queue';

const KEPT = 200;

const useDismissed = create<{ keys: string[] }>()(persist(() => ({ keys: [] as string[] }), { name: 'invokeai-rs.dismissed' }));

/** Item numbers start again in a new database; batch ids never repeat. */
function keyOf(item: QueueItem): string {
  return `${item.batchId}/${item.id}`;
}

export function useIsDismissed(): (item: QueueItem) => boolean {
  const known = useDismissed((state) => state.keys);
  return (item) => known.includes(keyOf(item));
}

export function dismiss(item: QueueItem) {
  useDismissed.setState(({ keys }) => ({ keys: [...keys, keyOf(item)].slice(-KEPT) }));
}

window.addEventListener('storage', (event) => {
  if (event.key === useDismissed.persist.getOptions().name) void useDismissed.persist.rehydrate();
});
