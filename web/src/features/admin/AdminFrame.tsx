import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { PageFrame } from '@/ui/PageFrame';
import classes from './AdminFrame.module.css';

export const SECTIONS = ['users', 'queue', 'statistics', 'configuration', 'about'] as const;
export type Section = (typeof SECTIONS)[number];

type Props = {
  title: string;
  /** Without accounts there are none to look after. */
  withAccounts: boolean;
  sectionPath: (section: Section) => string;
  children: ReactNode;
};

/** The administration's title and its sections. */
export function AdminFrame({ title, withAccounts, sectionPath, children }: Props) {
  const { t } = useTranslation();
  const shown = SECTIONS.filter((section) => withAccounts || (section !== 'users' && section !== 'statistics'));
  return (
    <PageFrame title={title}>
      <nav className={classes.sections} aria-label={t('admin.sections')}>
        {shown.map((section) => (
          <NavLink key={section} to={sectionPath(section)} className={classes.section ?? ''}>
            {t(`admin.section.${section}`)}
          </NavLink>
        ))}
      </nav>
      {children}
    </PageFrame>
  );
}
