import { IconHourglassEmpty } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { QueueItem } from '@/api/queue';
import { CancelButton } from './CancelButton';
import classes from './tiles.module.css';

export function WaitingTile({ item, position }: { item: QueueItem; position: string }) {
  const { t } = useTranslation();
  return (
    <li className={classes.tile} data-kind="waiting" aria-label={t('queue.waiting')}>
      <div className={classes.message}>
        <IconHourglassEmpty size={28} stroke={1.5} aria-hidden="true" />
        <p className={classes.title}>{t('queue.waiting')}</p>
        <p className={classes.detail}>{position}</p>
        <CancelButton item={item} />
      </div>
    </li>
  );
}
