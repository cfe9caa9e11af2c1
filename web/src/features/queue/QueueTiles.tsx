import { useTranslation } from 'react-i18next';
import type { QueueItem } from '@/api/queue';
import { FailedTile } from './FailedTile';
import { RunningTile } from './RunningTile';
import classes from './tiles.module.css';
import { WaitingTile } from './WaitingTile';

/** One list item per queue item that is under way or failed, and one for how many `more` wait. */
export function QueueTiles({ items, more }: { items: readonly QueueItem[]; more: number }) {
  const { t } = useTranslation();
  const pending = items.filter((item) => item.status === 'pending');
  return (
    <>
      {items.map((item) => {
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
      })}
      {more > 0 && (
        <li className={classes.tile} data-kind="waiting">
          <div className={classes.message}>
            <p className={classes.title}>{t('queue.more', { count: more })}</p>
          </div>
        </li>
      )}
    </>
  );
}
