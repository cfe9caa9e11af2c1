import { useTranslation } from 'react-i18next';
import { type QueueItem, useProgress } from '@/api/queue';
import { ProgressBar } from '@/ui/ProgressBar';
import { CancelButton } from './CancelButton';
import { progressText } from './progressText';
import classes from './tiles.module.css';

/** A picture that is being made: preview, what happens now, how far it is. */
export function RunningTile({ item }: { item: QueueItem }) {
  const { t } = useTranslation();
  const progress = useProgress(item.id);
  const text = progressText(progress, t);
  return (
    <li className={classes.tile} data-kind="running" aria-label={t('queue.running')}>
      {progress?.preview ? (
        <img className={classes.preview} src={progress.preview.url} alt={t('queue.preview')} />
      ) : (
        <span className={classes.shimmer} aria-hidden="true" />
      )}
      <div className={classes.caption}>
        <div className={classes.line}>
          <span className={classes.step} role="status">
            {text}
          </span>
          <CancelButton item={item} onDark />
        </div>
        <ProgressBar label={t('queue.progress')} fraction={progress?.fraction ?? null} text={text} />
      </div>
    </li>
  );
}
