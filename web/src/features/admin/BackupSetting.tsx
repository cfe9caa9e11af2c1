import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { type BackupStatus, useBackup, useStartBackup } from '@/api/server';
import { errorText } from '@/ui/errorText';
import { formatMoment } from '@/ui/moments';
import classes from './ConfigurationPage.module.css';

/** A backup of what the configuration says, now, and how the last one went. */
export function BackupSetting() {
  const { t } = useTranslation();
  const { data: backup, error: unread } = useBackup();
  const start = useStartBackup();
  return (
    <div className={classes.setting}>
      <div className={classes.words}>
        <Text size="sm" fw={550}>
          {t('admin.configuration.backup')}
        </Text>
        <Text size="xs" c={backup?.last?.error ? 'red' : 'dimmed'} role="status">
          {backup ? (
            <Stand {...backup} />
          ) : unread === null ? (
            t('app.loading')
          ) : (
            t('admin.configuration.unread', { reason: errorText(unread, t) })
          )}
        </Text>
      </div>
      <Button
        size="xs"
        variant="default"
        disabled={backup === undefined}
        loading={start.isPending || backup?.running === true}
        onClick={() => {
          start.mutate(undefined, {
            onError: (error) => {
              notifications.show({ color: 'red', title: t('admin.configuration.backupFailed'), message: errorText(error, t) });
            },
          });
        }}
      >
        {t('admin.configuration.backupStart')}
      </Button>
    </div>
  );
}

function Stand({ running, last }: BackupStatus) {
  const { t, i18n } = useTranslation();
  if (running) return t('admin.configuration.backupRunning');
  if (!last) return t('admin.configuration.backupHint');
  const at = formatMoment(last.at, i18n.language);
  return last.name == null
    ? t('admin.configuration.backupError', { at, reason: last.error })
    : t('admin.configuration.backupDone', { at, name: last.name });
}
