import { useTranslation } from 'react-i18next';
import type { QueueItem } from '@/api/queue';
import { FailedTile } from './FailedTile';
import { RunningTile } from './RunningTile';
import { WaitingTile } from './WaitingTile';

/** One list item per queue item that is under way or failed. */
export function QueueTiles({ items }: { items: readonly QueueItem[] }) {
  const { t } = useTranslation();
  const pending = items.filter((item) => item.status === 'pending');
  return items.map((item) => {
    switch (item.status) {
      case 'failed':
        return <FailedTile key={item.id} item={item} />;
      case 'pending': {
        const before = pending.indexOf(item);
        const label = before === 0 ? t('queue.waitingFirst') : t('queue.waitingPosition', { count: before });
        return <WaitingTile key={item.id} item={item} position={label} />;
      }
      default:
        return <RunningTile key={item.id} item={item} />;
    }
  });
}
