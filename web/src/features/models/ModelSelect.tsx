import { Button, Group, Skeleton, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Model, useMainModels } from '@/api/models';
import { ModelPicker } from '@/pickers/ModelPicker';
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
  if (models.data === undefined || models.data.length === 0) {
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
      <div className={classes.picker}>
        <ModelPicker
          label={t('models.label')}
          placeholder={t('models.placeholder')}
          models={models.data}
          value={value}
          unusable={(model) => (isSupported(model) ? null : t('models.unsupported'))}
          onChange={(model) => {
            if (model) onChange(model);
          }}
        />
      </div>
      {onAdd && (
        <Button variant="default" px={10} onClick={onAdd} aria-label={t('models.add')} title={t('models.add')}>
          <IconPlus size={18} aria-hidden="true" />
        </Button>
      )}
    </Group>
  );
}
