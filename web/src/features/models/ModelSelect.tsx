import { Button, Group, Select, Skeleton, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Model, useMainModels } from '@/api/models';
import { Notice } from '@/ui/Notice';
import classes from './ModelSelect.module.css';

type Props = {
  value: string | null;
  onChange: (model: Model) => void;
  isSupported: (model: Model) => boolean;
  /** Opens the dialog that adds a model; absent for those who may not. */
  onAdd?: (() => void) | undefined;
};

/** Chooses among the installed models, or says how to get the first one. */
export function ModelSelect({ value, onChange, isSupported, onAdd }: Props) {
  const { t } = useTranslation();
  const models = useMainModels();

  if (models.isPending) return <Skeleton height={62} radius="md" aria-label={t('app.loading')} />;
  if (models.isError) {
    return (
      <Notice kind="error" title={t('models.failed')}>
        <Button size="xs" variant="light" color="red" onClick={() => void models.refetch()}>
          {t('app.tryAgain')}
        </Button>
      </Notice>
    );
  }
  if (models.data.length === 0) {
    return (
      <section className={classes.none} aria-label={t('models.none')}>
        <Text fw={600}>{t('models.none')}</Text>
        <Text size="sm" c="dimmed">
          {onAdd ? t('models.noneAdmin') : t('models.noneUser')}
        </Text>
        {onAdd && (
          <Button mt="xs" leftSection={<IconPlus size={16} />} onClick={onAdd}>
            {t('models.add')}
          </Button>
        )}
      </section>
    );
  }
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <Select
        flex={1}
        label={t('models.label')}
        placeholder={t('models.placeholder')}
        nothingFoundMessage={t('models.nothingFound')}
        searchable={models.data.length > 8}
        allowDeselect={false}
        value={value}
        data={models.data.map((model) => ({ value: model.key, label: model.name, disabled: !isSupported(model) }))}
        renderOption={({ option }) => (
          <Group justify="space-between" wrap="nowrap" flex={1} gap="xs">
            <Text size="sm" truncate>
              {option.label}
            </Text>
            {option.disabled === true && (
              <Text size="xs" c="dimmed" flex="none">
                {t('models.unsupported')}
              </Text>
            )}
          </Group>
        )}
        onChange={(key) => {
          const model = models.data.find((candidate) => candidate.key === key);
          if (model) onChange(model);
        }}
      />
      {onAdd && (
        <Button variant="default" px={10} onClick={onAdd} aria-label={t('models.add')} title={t('models.add')}>
          <IconPlus size={18} aria-hidden="true" />
        </Button>
      )}
    </Group>
  );
}
