import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { serverUrl } from '@/api/base';
import { ApiError } from '@/api/client';
import { keptPictures } from '@/api/keptPictures';
import { useProgress } from '@/api/queue';
import { useQueueDetails } from '@/api/queueList';
import { Card } from '@/ui/Card';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { Notice } from '@/ui/Notice';
import { Picture } from '@/ui/Picture';
import { ProgressBar } from '@/ui/ProgressBar';
import classes from './Results.module.css';

/** What came of the last start: progress first, then pictures, or the reason why there are none. */
export function Results({ items }: { items: readonly number[] }) {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  return (
    <Card title={t('workflows.results')} hint={t('workflows.resultsHint')}>
      <div className={classes.results}>
        {[...items]
          .sort((a, b) => a - b)
          .map((id) => (
            <Result key={id} id={id} />
          ))}
      </div>
    </Card>
  );
}

function Result({ id }: { id: number }) {
  const { t } = useTranslation();
  const details = useQueueDetails(id);
  const item = details.data;
  const progress = useProgress(id);
  // Somebody took it out of the queue: what has not come of it never will.
  const isOpen = item === undefined || ['pending', 'in_progress', 'waiting'].includes(item.status);
  if (isOpen && details.error instanceof ApiError && details.error.status === 404) {
    return <Text size="sm">{t('workflows.cleared')}</Text>;
  }
  if (item?.status === 'failed') {
    return (
      <Notice kind="error" title={item.error_type ?? t('queue.failed')}>
        {item.error_message ?? t('queue.failedUnknown')}
      </Notice>
    );
  }
  if (item?.status === 'canceled') return <Text size="sm">{t('queuePage.status.canceled')}</Text>;
  if (details.isError && item === undefined) {
    return <ErrorNotice title={t('queuePage.detailsFailed')} error={details.error} onRetry={() => void details.refetch()} />;
  }
  const pictures = item ? keptPictures(item) : [];
  if (item?.status === 'completed') {
    return (
      <>
        {pictures.map((name) => (
          <Link key={name} to={`/generate/image/${encodeURIComponent(name)}`} className={classes.picture}>
            <Picture
              src={serverUrl(`api/v1/images/i/${encodeURIComponent(name)}/thumbnail`)}
              alt={t('queuePage.result')}
              brokenLabel={t('gallery.broken')}
            />
          </Link>
        ))}
        {pictures.length === 0 && <Text size="sm">{t('workflows.noPicture')}</Text>}
      </>
    );
  }
  const text =
    progress?.message ?? t(item?.status === 'in_progress' ? 'queuePage.status.in_progress' : 'queuePage.status.pending');
  return (
    <div className={classes.waiting}>
      {progress?.preview && <img className={classes.preview} src={progress.preview.url} alt={t('queue.preview')} />}
      <Text size="xs" c="dimmed" role="status">
        {text}
      </Text>
      <ProgressBar label={t('queue.progress')} fraction={progress?.fraction ?? null} text={text} />
    </div>
  );
}
