import { Select, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { LOG_LEVELS, useLogLevel, useSetLogLevel } from '@/api/server';
import { errorText } from '@/ui/errorText';
import classes from './ConfigurationPage.module.css';

/** How much the server writes into its log, until it ends. */
export function LogLevelSetting() {
  const { t } = useTranslation();
  const { data: level, error: unread } = useLogLevel();
  const change = useSetLogLevel();
  return (
    <div className={classes.setting}>
      <div className={classes.words}>
        <Text size="sm" fw={550}>
          {t('admin.configuration.logLevel')}
        </Text>
        <Text size="xs" c="dimmed">
          {unread === null
            ? t('admin.configuration.logLevelHint')
            : t('admin.configuration.unread', { reason: errorText(unread, t) })}
        </Text>
      </div>
      <Select
        w={220}
        aria-label={t('admin.configuration.logLevel')}
        allowDeselect={false}
        disabled={level === undefined || change.isPending}
        value={level === undefined ? null : String(level)}
        data={LOG_LEVELS.map((value) => ({ value: String(value), label: t(`admin.configuration.level.${value}`) }))}
        onChange={(value) => {
          const wanted = LOG_LEVELS.find((known) => String(known) === value);
          if (wanted === undefined) return;
          change.mutate(wanted, {
            onError: (error) => {
              notifications.show({ color: 'red', title: t('admin.configuration.changeFailed'), message: errorText(error, t) });
            },
          });
        }}
      />
    </div>
  );
}
