import { Badge, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPackage, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useInstallFrom } from '@/api/modelRecords';
import { sourcesOf, type StarterModel, useStarters } from '@/api/modelSources';
import { BaseBadge } from '@/ui/BaseBadge';
import { ErrorNotice } from '@/ui/ErrorNotice';
import classes from './ModelsPage.module.css';
import { typeLabel } from './words';

/** Models to begin with, alone or in bundles that go together. */
export function StarterModels() {
  const { t } = useTranslation();
  const starters = useStarters();
  const install = useInstallFrom();
  const [search, setSearch] = useState('');
  const start = async (models: readonly StarterModel[]) => {
    const sources = [...new Set(models.flatMap(sourcesOf))];
    let started = 0;
    for (const source of sources) {
      try {
        // One after the other: only a promise each tells of every failure.
        await install.mutateAsync({ source, inplace: false });
        started += 1;
      } catch (error) {
        const message = error instanceof Error ? error.message : null;
        notifications.show({ color: 'red', title: t('models.status.error'), message });
      }
    }
    if (started > 0) notifications.show({ color: 'verdigris', message: t('modelsPage.startersStarted', { count: started }) });
  };
  const words = search.trim().toLocaleLowerCase();
  const shown = (starters.data?.starter_models ?? []).filter((model) =>
    `${model.name} ${model.description} ${model.base} ${model.type}`.toLocaleLowerCase().includes(words),
  );
  return (
    <Stack>
      <ErrorNotice title={t('modelsPage.startersFailed')} error={starters.error} onRetry={() => void starters.refetch()} />
      {starters.isPending && <Skeleton height={180} />}
      <Group gap="xs">
        {Object.entries(starters.data?.starter_bundles ?? {}).map(([key, bundle]) => {
          const done = bundle.models.every((model) => sourcesOf(model).length === 0);
          return (
            <Button
              key={key}
              variant="default"
              leftSection={<IconPackage size={16} />}
              disabled={done || install.isPending}
              onClick={() => void start(bundle.models)}
            >
              {done ? t('modelsPage.bundleInstalled', { name: bundle.name }) : t('modelsPage.bundle', { name: bundle.name })}
            </Button>
          );
        })}
      </Group>
      {starters.data && (
        <TextInput
          aria-label={t('modelsPage.searchStarters')}
          placeholder={t('modelsPage.searchStarters')}
          leftSection={<IconSearch size={16} />}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
        />
      )}
      <ul className={classes.jobs} aria-label={t('modelsPage.starters')}>
        {shown.map((model) => (
          <li key={model.source} className={classes.job}>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div style={{ minWidth: 0 }}>
                <Group gap={8}>
                  <Text size="sm" fw={550}>
                    {model.name}
                  </Text>
                  <BaseBadge base={model.base} />
                  <Text size="xs" c="dimmed">
                    {typeLabel(model.type, t)}
                  </Text>
                </Group>
                <Text size="xs" c="dimmed" mt={3}>
                  {model.description}
                </Text>
              </div>
              {sourcesOf(model).length === 0 ? (
                <Badge variant="light" radius="sm" tt="none" flex="none">
                  {t('modelsPage.isInstalled')}
                </Badge>
              ) : (
                <Button
                  size="compact-sm"
                  variant="light"
                  flex="none"
                  aria-label={t('modelsPage.installNamed', { name: model.name })}
                  disabled={install.isPending}
                  onClick={() => void start([model])}
                >
                  {t('modelsPage.install')}
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
