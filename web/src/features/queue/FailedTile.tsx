import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type QueueItem, useFailure, useRetry } from '@/api/queue';
import { dismiss } from './dismissed';
import classes from './tiles.module.css';

/** A picture that failed: why, and what one can do about it. */
export function FailedTile({ item }: { item: QueueItem }) {
  const { t } = useTranslation();
  const failure = useFailure(item.id).data;
  const retry = useRetry();
  return (
    <li className={classes.tile} data-kind="failed" aria-label={t('queue.failed')}>
      <div className={classes.message} role="alert">
        <IconAlertTriangle size={28} stroke={1.5} aria-hidden="true" />
        <p className={classes.title}>{t('queue.failed')}</p>
        <p className={classes.detail}>{failure?.message ?? failure?.type ?? t('queue.failedUnknown')}</p>
        <Group gap="xs" justify="center">
          <Button
            size="compact-sm"
            color="red"
            variant="light"
            leftSection={<IconRefresh size={14} />}
            loading={retry.isPending}
            onClick={() => {
              // A promise, because the tile may be gone before the answer comes.
              retry.mutateAsync(item.id).then(
                () => {
                  dismiss(item);
                },
                (error: unknown) => {
                  notifications.show({
                    color: 'red',
                    title: t('queue.retryFailed'),
                    message: error instanceof Error ? error.message : null,
                  });
                },
              );
            }}
          >
            {t('queue.retry')}
          </Button>
          <Button
            size="compact-sm"
            color="gray"
            variant="subtle"
            onClick={() => {
              dismiss(item);
            }}
          >
            {t('queue.dismiss')}
          </Button>
        </Group>
      </div>
    </li>
  );
}
