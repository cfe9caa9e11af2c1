import { NumberInput, Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useModelsOf } from '@/api/models';
import { isScheduler, SCHEDULERS } from '@/api/schedulers';
import { ModelPicker } from '@/pickers/ModelPicker';
import { SliderField } from '@/ui/SliderField';
import { SeedField } from './SeedField';
import { CFG_RESCALE, CFG_SCALE, CLIP_SKIP, STEPS, useSettings } from './settings';

/** How the noise becomes a picture. */
export function SamplingFields() {
  const { t } = useTranslation();
  const [settings, change] = useSettings();
  return (
    <>
      <SliderField
        label={t('generate.steps')}
        hint={t('generate.stepsHint')}
        value={settings.steps}
        {...STEPS}
        step={1}
        onChange={(steps) => {
          change({ steps });
        }}
      />
      <SliderField
        label={t('generate.cfgScale')}
        hint={t('generate.cfgScaleHint')}
        value={settings.cfgScale}
        {...CFG_SCALE}
        onChange={(cfgScale) => {
          change({ cfgScale });
        }}
      />
      <Select
        label={t('generate.scheduler')}
        data={SCHEDULERS}
        searchable
        allowDeselect={false}
        value={settings.scheduler}
        onChange={(scheduler) => {
          if (isScheduler(scheduler)) change({ scheduler });
        }}
      />
      <SeedField seed={settings.seed} random={settings.randomSeed} onChange={change} />
    </>
  );
}

/** What few pictures need. */
export function AdvancedFields({ base }: { base: string | null }) {
  const { t } = useTranslation();
  const [settings, change] = useSettings();
  const vaes = useModelsOf('vae', base);
  return (
    <>
      <ModelPicker
        label={t('generate.vae')}
        models={vaes}
        value={settings.vaeKey}
        clearable
        placeholder={t('generate.vaeUsual')}
        onChange={(vae) => {
          change({ vaeKey: vae?.key ?? null });
        }}
      />
      {base !== 'sdxl' && (
        <SliderField
          label={t('generate.clipSkip')}
          hint={t('generate.clipSkipHint')}
          value={settings.clipSkip}
          {...CLIP_SKIP}
          step={1}
          onChange={(clipSkip) => {
            change({ clipSkip });
          }}
        />
      )}
      <SliderField
        label={t('generate.cfgRescale')}
        hint={t('generate.cfgRescaleHint')}
        value={settings.cfgRescale}
        {...CFG_RESCALE}
        onChange={(cfgRescale) => {
          change({ cfgRescale });
        }}
      />
      <Switch
        label={t('generate.seamlessX')}
        checked={settings.seamlessX}
        onChange={(event) => {
          change({ seamlessX: event.currentTarget.checked });
        }}
      />
      <Switch
        label={t('generate.seamlessY')}
        checked={settings.seamlessY}
        onChange={(event) => {
          change({ seamlessY: event.currentTarget.checked });
        }}
      />
      <Switch
        label={t('generate.vaeFp32')}
        checked={settings.vaeFp32}
        onChange={(event) => {
          change({ vaeFp32: event.currentTarget.checked });
        }}
      />
      <Switch
        label={t('generate.dynamicPrompts')}
        description={t('generate.dynamicPromptsHint')}
        checked={settings.dynamicPrompts}
        onChange={(event) => {
          change({ dynamicPrompts: event.currentTarget.checked });
        }}
      />
      <NumberInput
        label={t('generate.maxPrompts')}
        min={1}
        max={1000}
        allowDecimal={false}
        disabled={!settings.dynamicPrompts}
        value={settings.maxPrompts}
        onChange={(maxPrompts) => {
          if (typeof maxPrompts === 'number' && maxPrompts >= 1 && maxPrompts <= 1000) change({ maxPrompts });
        }}
      />
    </>
  );
}
