import { Group, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Model } from '@/api/models';
import { BaseBadge } from '@/ui/BaseBadge';

type Props = {
  label: string;
  models: readonly Model[];
  value: string | null;
  onChange: (model: Model | null) => void;
  placeholder?: string;
  /** Why a model cannot be chosen; null for those that can. */
  unusable?: (model: Model) => string | null;
  clearable?: boolean;
  disabled?: boolean;
};

/** Chooses a model by typing a part of its name; shows what family each belongs to. */
export function ModelPicker({
  label,
  models,
  value,
  onChange,
  placeholder,
  unusable,
  clearable = false,
  disabled = false,
}: Props) {
  const { t } = useTranslation();
  const byKey = new Map(models.map((model) => [model.key, model]));
  const chosen = value === null ? undefined : byKey.get(value);
  return (
    <Select
      label={label}
      placeholder={models.length === 0 ? t('pickers.noModels') : (placeholder ?? t('pickers.choose'))}
      nothingFoundMessage={t('models.nothingFound')}
      searchable
      clearable={clearable}
      allowDeselect={clearable}
      disabled={disabled || models.length === 0}
      comboboxProps={{ shadow: 'md' }}
      maxDropdownHeight={340}
      value={chosen ? value : null}
      data={models.map((model) => ({ value: model.key, label: model.name, disabled: (unusable?.(model) ?? null) !== null }))}
      rightSectionWidth={chosen && !clearable ? 92 : undefined}
      {...(chosen && !clearable && { rightSection: <BaseBadge base={chosen.base} />, rightSectionPointerEvents: 'none' })}
      renderOption={({ option }) => {
        const model = byKey.get(option.value);
        const reason = model ? unusable?.(model) : null;
        return (
          <Group justify="space-between" wrap="nowrap" flex={1} gap="xs">
            <Text size="sm" truncate>
              {option.label}
            </Text>
            {reason ? (
              <Text size="xs" c="dimmed" flex="none">
                {reason}
              </Text>
            ) : (
              model && <BaseBadge base={model.base} />
            )}
          </Group>
        );
      }}
      onChange={(key) => {
        onChange(key === null ? null : (byKey.get(key) ?? null));
      }}
    />
  );
}
