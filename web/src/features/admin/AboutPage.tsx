import { Group, Skeleton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDependencies, useVersion } from '@/api/server';
import { Mark } from '@/ui/Logo';
import { Card } from '@/ui/Card';
import { ErrorNotice } from '@/ui/ErrorNotice';
import classes from './AboutPage.module.css';

/** What runs here, and what it was built from. */
export function AboutPage() {
  const { t } = useTranslation();
  const { data: version, isError: isUnknown } = useVersion();
  const dependencies = useDependencies();
  return (
    <>
      <Card>
        <Group gap="md" wrap="nowrap">
          <Mark size={48} />
          <div>
            <Text fw={650} size="lg">
              {t('app.name')}
            </Text>
            <Text c="dimmed" size="sm">
              {version ? t('account.version', { version: version.version }) : isUnknown ? t('app.unreachable') : t('app.loading')}
            </Text>
          </div>
        </Group>
        <Text size="sm" mt="md" maw={620}>
          {t('admin.about.what')}
        </Text>
      </Card>
      <Card title={t('admin.about.built')} hint={t('admin.about.builtHint')}>
        <ErrorNotice title={t('admin.about.failed')} error={dependencies.error} onRetry={() => void dependencies.refetch()} />
        {dependencies.isPending && <Skeleton height={200} />}
        {dependencies.data && (
          <dl className={classes.versions}>
            {Object.entries(dependencies.data)
              .sort(([a], [b]) => a.localeCompare(b))
              .map(([name, number]) => (
                <div key={name} className={classes.version}>
                  <dt>{name}</dt>
                  <dd>{number}</dd>
                </div>
              ))}
          </dl>
        )}
      </Card>
    </>
  );
}
