import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type QueueItem, useCancel } from '@/api/queue';

export function CancelButton({ item, onDark = false }: { item: QueueItem; onDark?: boolean }) {
  const { t } = useTranslation();
  const cancel = useCancel();
  return (
    <Button
      size="compact-sm"
      variant={onDark ? 'white' : 'default'}
      {...(onDark && { color: 'dark.8' })}
      leftSection={<IconX size={14} />}
      loading={cancel.isPending}
      onClick={() => {
        cancel.mutate(item.id, {
          onError: (error) => {
            notifications.show({ color: 'red', title: t('queue.cancelFailed'), message: error.message });
          },
        });
      }}
    >
      {t('queue.cancel')}
    </Button>
  );
}
