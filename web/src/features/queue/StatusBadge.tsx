import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QueueItemStatus } from '@/api/queue';
import classes from './StatusBadge.module.css';

export function StatusBadge({ status }: { status: QueueItemStatus }) {
  const { t } = useTranslation();
  return (
    <Badge variant="light" size="md" radius="sm" className={classes.badge} data-status={status}>
      {t(`queuePage.status.${status}`)}
    </Badge>
  );
}
