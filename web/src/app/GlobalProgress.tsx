import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/auth';
import { useProgress, useQueueItems } from '@/api/queue';
import classes from './GlobalProgress.module.css';

/** A thin line below the header: how far the own running picture is, on every tab. */
export function GlobalProgress({ account }: { account: Account }) {
  const { t } = useTranslation();
  const running = useQueueItems(account).data?.find((item) => item.status === 'in_progress');
  const progress = useProgress(running?.id ?? -1);
  if (!running) return null;
  const percent = progress?.fraction == null ? null : Math.round(progress.fraction * 100);
  return (
    <div
      className={classes.track}
      role="progressbar"
      aria-label={t('app.progress')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
    >
      <span className={classes.bar} data-unknown={percent === null || undefined} style={{ width: `${percent ?? 100}%` }} />
    </div>
  );
}
