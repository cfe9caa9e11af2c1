import { ActionIcon, Button, Group, NumberInput, Slider, Switch, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Model, triggerPhrases } from '@/api/models';
import classes from './LoraList.module.css';
import { ModelPicker } from './ModelPicker';

export type LoraEntry = { key: string; weight: number; enabled: boolean };

type Props = {
  /** The LoRAs that go with the chosen model. */
  loras: readonly Model[];
  value: readonly LoraEntry[];
  onChange: (value: readonly LoraEntry[]) => void;
  /** Puts a trigger phrase into the prompt. */
  onPhrase?: (phrase: string) => void;
};

const WEIGHT = { min: -1, max: 2, step: 0.05 } as const;

/** The LoRAs in use: how strong each is, and the words it listens to. */
export function LoraList({ loras, value, onChange, onPhrase }: Props) {
  const { t } = useTranslation();
  const unused = loras.filter((lora) => value.every(({ key }) => key !== lora.key));
  const update = (key: string, change: Partial<LoraEntry>) => {
    onChange(value.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)));
  };
  return (
    <>
      <ModelPicker
        label={t('loras.add')}
        models={unused}
        value={null}
        placeholder={t('loras.choose')}
        onChange={(model) => {
          if (model) onChange([...value, { key: model.key, weight: usualWeight(model), enabled: true }]);
        }}
      />
      {value.map((entry) => {
        const lora = loras.find(({ key }) => key === entry.key);
        const name = lora?.name ?? t('loras.unfit');
        return (
          <div key={entry.key} className={classes.entry} role="group" aria-label={name}>
            <Group justify="space-between" wrap="nowrap" gap={6}>
              <Switch
                size="xs"
                aria-label={t('loras.use', { name })}
                checked={entry.enabled}
                onChange={(event) => {
                  update(entry.key, { enabled: event.currentTarget.checked });
                }}
              />
              <Text size="sm" fw={550} truncate flex={1} {...((!lora || !entry.enabled) && { c: 'dimmed' })}>
                {name}
              </Text>
              <Tooltip label={t('loras.remove')}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('loras.removeOf', { name })}
                  onClick={() => {
                    onChange(value.filter(({ key }) => key !== entry.key));
                  }}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Tooltip>
            </Group>
            <div className={classes.weight}>
              <Slider
                {...WEIGHT}
                flex={1}
                size="sm"
                label={null}
                thumbLabel={t('loras.weightOf', { name })}
                value={entry.weight}
                disabled={!entry.enabled}
                onChange={(weight) => {
                  update(entry.key, { weight });
                }}
              />
              <NumberInput
                size="xs"
                w={74}
                aria-label={t('loras.weightOf', { name })}
                {...WEIGHT}
                decimalScale={2}
                value={entry.weight}
                disabled={!entry.enabled}
                onChange={(weight) => {
                  if (typeof weight === 'number') update(entry.key, { weight });
                }}
              />
            </div>
            {lora && onPhrase && triggerPhrases(lora).length > 0 && (
              <Group gap={4} role="group" aria-label={t('loras.phrases', { name })}>
                {triggerPhrases(lora).map((phrase) => (
                  <Button
                    key={phrase}
                    size="compact-xs"
                    variant="light"
                    radius="xl"
                    onClick={() => {
                      onPhrase(phrase);
                    }}
                  >
                    {phrase}
                  </Button>
                ))}
              </Group>
            )}
          </div>
        );
      })}
    </>
  );
}

/** The weight that the LoRA's record recommends. */
function usualWeight(model: Model): number {
  const settings = model.record.default_settings;
  const weight = typeof settings === 'object' && settings !== null && 'weight' in settings ? settings.weight : null;
  return typeof weight === 'number' ? weight : 0.75;
}
