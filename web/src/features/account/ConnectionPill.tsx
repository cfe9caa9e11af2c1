import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useConnection } from '@/api/socket';
import classes from './ConnectionPill.module.css';

/** Whether what is on the screen is live. */
export function ConnectionPill() {
  const { t } = useTranslation();
  const state = useConnection((connection) => connection.state);
  const hint = state === 'online' ? t('connection.onlineHint') : t('connection.offlineHint');
  return (
    <Tooltip label={hint} multiline maw={280} disabled={state === 'connecting'}>
      <span className={classes.pill} data-state={state} role="status">
        <span className={classes.dot} aria-hidden="true" />
        <span className={classes.label}>{t(`connection.${state}`)}</span>
      </span>
    </Tooltip>
  );
}
