import { ActionIcon, Group, RangeSlider, Select, Switch, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Model } from '@/api/models';
import { CLIP_VISION, CONTROL_MODES, IP_METHODS, type PictureField, PREPROCESSORS } from '@/graphs/generation';
import { ImageField } from '@/pickers/ImageField';
import { ModelPicker } from '@/pickers/ModelPicker';
import { SliderField } from '@/ui/SliderField';
import classes from './AdapterCard.module.css';
import type { ControlChoice, ReferenceChoice } from './settings';

type Common = {
  modelKey: string | null;
  image: PictureField | null;
  weight: number;
  begin: number;
  end: number;
  enabled: boolean;
};

type Props<T extends Common> = {
  title: string;
  imageLabel: string;
  models: readonly Model[];
  value: T;
  onChange: (change: Partial<Common>) => void;
  onRemove: () => void;
  children: ReactNode;
};

/** What a reference image and a control layer have in common. */
function AdapterCard<T extends Common>({ title, imageLabel, models, value, onChange, onRemove, children }: Props<T>) {
  const { t } = useTranslation();
  return (
    <div className={classes.card} role="group" aria-label={title}>
      <Group justify="space-between" wrap="nowrap" gap={8}>
        <Switch
          size="xs"
          aria-label={t('adapters.use', { title })}
          checked={value.enabled}
          onChange={(event) => {
            onChange({ enabled: event.currentTarget.checked });
          }}
        />
        <Text size="sm" fw={600} flex={1}>
          {title}
        </Text>
        <Tooltip label={t('adapters.remove')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('adapters.removeOf', { title })} onClick={onRemove}>
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <ImageField
        label={imageLabel}
        hint={t('pickers.dropHint')}
        value={value.image}
        onChange={(image) => {
          onChange({ image });
        }}
      />
      <ModelPicker
        label={t('adapters.model')}
        models={models}
        value={value.modelKey}
        onChange={(model) => {
          onChange({ modelKey: model?.key ?? null });
        }}
      />
      {children}
      <SliderField
        label={t('adapters.weight')}
        hint={t('adapters.weightHint')}
        value={value.weight}
        min={0}
        max={2}
        step={0.05}
        onChange={(weight) => {
          onChange({ weight });
        }}
      />
      <div>
        <Text size="sm" fw={550}>
          {t('adapters.steps')}
        </Text>
        <Group wrap="nowrap" gap="sm">
          <RangeSlider
            flex={1}
            my={8}
            min={0}
            max={100}
            step={1}
            minRange={1}
            label={(percent) => `${percent} %`}
            thumbFromLabel={t('adapters.begin')}
            thumbToLabel={t('adapters.end')}
            value={[Math.round(value.begin * 100), Math.round(value.end * 100)]}
            onChange={([begin, end]) => {
              onChange({ begin: begin / 100, end: end / 100 });
            }}
          />
          <Text size="xs" c="dimmed" w={78} ta="right">
            {Math.round(value.begin * 100)}–{Math.round(value.end * 100)} %
          </Text>
        </Group>
      </div>
    </div>
  );
}

type CardProps<T> = {
  index: number;
  models: readonly Model[];
  value: T;
  onChange: (value: T) => void;
  onRemove: () => void;
};

/** A picture that the result should resemble. */
export function ReferenceCard({ index, models, value, onChange, onRemove }: CardProps<ReferenceChoice>) {
  const { t } = useTranslation();
  return (
    <AdapterCard
      title={t('references.one', { number: index + 1 })}
      imageLabel={t('references.image')}
      models={models}
      value={value}
      onChange={(change) => {
        onChange({ ...value, ...change });
      }}
      onRemove={onRemove}
    >
      <Group grow>
        <Select
          label={t('references.method')}
          allowDeselect={false}
          value={value.method}
          data={IP_METHODS.map((method) => ({ value: method, label: t(`references.methods.${method}`) }))}
          onChange={(method) => {
            const known = IP_METHODS.find((one) => one === method);
            if (known) onChange({ ...value, method: known });
          }}
        />
        <Select
          label={t('references.clipVision')}
          allowDeselect={false}
          value={value.clipVision}
          data={CLIP_VISION}
          onChange={(clipVision) => {
            const known = CLIP_VISION.find((one) => one === clipVision);
            if (known) onChange({ ...value, clipVision: known });
          }}
        />
      </Group>
    </AdapterCard>
  );
}

/** A picture whose shapes the result should follow. */
export function ControlCard({ index, models, value, onChange, onRemove }: CardProps<ControlChoice>) {
  const { t } = useTranslation();
  const isNet = models.find(({ key }) => key === value.modelKey)?.type !== 't2i_adapter';
  return (
    <AdapterCard
      title={t('controls.one', { number: index + 1 })}
      imageLabel={t('controls.image')}
      models={models}
      value={value}
      onChange={(change) => {
        onChange({ ...value, ...change });
      }}
      onRemove={onRemove}
    >
      <Select
        label={t('controls.preprocessor')}
        description={t('controls.preprocessorHint')}
        allowDeselect={false}
        value={value.preprocessor}
        data={PREPROCESSORS.map((one) => ({ value: one, label: t(`controls.preprocessors.${one}`) }))}
        onChange={(preprocessor) => {
          const known = PREPROCESSORS.find((one) => one === preprocessor);
          if (known) onChange({ ...value, preprocessor: known });
        }}
      />
      {isNet && (
        <Select
          label={t('controls.mode')}
          allowDeselect={false}
          value={value.mode}
          data={CONTROL_MODES.map((one) => ({ value: one, label: t(`controls.modes.${one}`) }))}
          onChange={(mode) => {
            const known = CONTROL_MODES.find((one) => one === mode);
            if (known) onChange({ ...value, mode: known });
          }}
        />
      )}
    </AdapterCard>
  );
}
