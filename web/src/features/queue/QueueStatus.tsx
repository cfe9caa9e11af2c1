import { useTranslation } from 'react-i18next';
import { useProgress, useQueueCounts, type QueueItem } from '@/api/queue';
import { progressText } from './progressText';

/** The queue in one line, for the place beside the Generate button. */
export function QueueStatus({ unfinished: own }: { unfinished: readonly QueueItem[] }) {
  const { t } = useTranslation();
  const counts = useQueueCounts().data;
  const running = own.find((item) => item.status === 'in_progress');
  const progress = useProgress(running?.id ?? -1);
  const parts: string[] = [];
  if (own.length > 0) parts.push(t('queue.summary', { count: own.length }));
  const others = counts ? counts.pending + counts.in_progress - own.length : 0;
  if (others > 0) parts.push(t('queue.others', { count: others }));
  if (running) parts.unshift(progressText(progress, t));
  return parts.join(' · ');
}
