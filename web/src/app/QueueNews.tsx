import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/auth';
import { keys } from '@/api/keys';
import { type Failure, useQueueItems } from '@/api/queue';

/** Says that a picture failed to somebody who looks at another tab; the others see it where pictures are made. */
export function QueueNews({ account, isHere }: { account: Account; isHere: boolean }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const items = useQueueItems(account).data;
  const known = useRef<ReadonlySet<number> | null>(null);

  useEffect(() => {
    if (items === undefined) return;
    const failed = items.filter((item) => item.status === 'failed').map((item) => item.id);
    const before = known.current;
    known.current = new Set(failed);
    if (before === null || isHere) return;
    for (const id of failed.filter((one) => !before.has(one))) {
      const failure = cache.getQueryData<Failure>(keys.failure(id));
      notifications.show({
        color: 'red',
        title: t('queue.failed'),
        message: failure?.message ?? failure?.type ?? t('queue.failedUnknown'),
        autoClose: 12_000,
      });
    }
  }, [items, isHere, cache, t]);
  return null;
}
