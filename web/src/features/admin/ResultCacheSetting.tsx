import { Button, Group, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useResultCache, useResultCacheAction } from '@/api/server';
import { errorText } from '@/ui/errorText';
import classes from './ConfigurationPage.module.css';

/** The memory of node results: on or off, how much it helps, and a broom. */
export function ResultCacheSetting() {
  const { t } = useTranslation();
  const { data: cache, error } = useResultCache();
  const action = useResultCacheAction();
  const failed = (reason: Error) => {
    notifications.show({ color: 'red', title: t('admin.configuration.changeFailed'), message: errorText(reason, t) });
  };
  return (
    <div className={classes.setting}>
      <div className={classes.words}>
        <Text size="sm" fw={550}>
          {t('admin.configuration.cache')}
        </Text>
        <Text size="xs" c="dimmed">
          {cache
            ? t('admin.configuration.cacheHint', {
                size: cache.size,
                max: cache.max_size,
                hits: cache.hits,
                misses: cache.misses,
              })
            : error === null
              ? t('app.loading')
              : t('admin.configuration.unread', { reason: errorText(error, t) })}
        </Text>
      </div>
      <Group>
        <Button
          size="xs"
          variant="default"
          disabled={cache === undefined || cache.size === 0}
          loading={action.isPending && action.variables === 'clear'}
          onClick={() => {
            action.mutate('clear', { onError: failed });
          }}
        >
          {t('admin.configuration.cacheClear')}
        </Button>
        <Switch
          aria-label={t('admin.configuration.cache')}
          checked={cache?.enabled ?? false}
          disabled={cache === undefined || cache.max_size === 0}
          onChange={(event) => {
            action.mutate(event.currentTarget.checked ? 'enable' : 'disable', { onError: failed });
          }}
        />
      </Group>
    </div>
  );
}
