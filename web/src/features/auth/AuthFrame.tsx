import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '@/ui/Logo';
import classes from './AuthFrame.module.css';

/** The page around a form of somebody who is not signed in. */
export function AuthFrame({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={classes.page}>
      <main className={classes.side}>
        <div className={classes.column}>
          <Logo name={t('app.name')} />
          <Stack gap={4} mt={36} mb="lg">
            <Title order={1} size={30} lh={1.15}>
              {title}
            </Title>
            <Text c="dimmed">{hint}</Text>
          </Stack>
          {children}
        </div>
      </main>
      <aside className={classes.art} aria-hidden="true">
        <div className={classes.caption}>
          <p className={classes.tagline}>{t('app.tagline')}</p>
          <p className={classes.pitch}>{t('app.pitch')}</p>
        </div>
      </aside>
    </div>
  );
}
