import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useQueueCounts } from '@/api/queue';
import classes from './Tabs.module.css';
import { TABS } from './tabs';

/** The application's places: beside the name, on a phone along the lower edge. */
export function Tabs() {
  const { t } = useTranslation();
  const counts = useQueueCounts().data;
  const inQueue = counts ? counts.pending + counts.in_progress : 0;
  return (
    <nav className={classes.tabs} aria-label={t('tabs.label')}>
      {TABS.map(({ id, path, icon: Icon }) => (
        <NavLink key={id} to={path} className={classes.tab ?? ''}>
          <Icon size={19} stroke={1.7} aria-hidden="true" className={classes.icon} />
          <span>{t(`tabs.${id}`)}</span>
          {id === 'queue' && inQueue > 0 && (
            <span className={classes.count} aria-label={t('tabs.inQueue', { count: inQueue })}>
              {inQueue > 99 ? '99+' : inQueue}
            </span>
          )}
        </NavLink>
      ))}
    </nav>
  );
}
