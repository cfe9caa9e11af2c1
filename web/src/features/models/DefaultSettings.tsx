import { Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { defaultSettingsOf, useUpdateModel } from '@/api/modelRecords';
import { type Model, useAllModels } from '@/api/models';
import { SCHEDULERS, schedulerLabel } from '@/api/schedulers';
import { ErrorNotice } from '@/ui/ErrorNotice';
import classes from './ModelsPage.module.css';

const NUMBERS = {
  width: { min: 64, step: 8 },
  height: { min: 64, step: 8 },
  steps: { min: 1, step: 1 },
  cfg_scale: { min: 1, step: 0.5 },
  cfg_rescale_multiplier: { min: 0, step: 0.05 },
  weight: { min: -10, step: 0.05 },
} as const;
type NumberField = keyof typeof NUMBERS;

const FIELDS: Readonly<Record<string, readonly NumberField[]>> = {
  main: ['width', 'height', 'steps', 'cfg_scale', 'cfg_rescale_multiplier'],
  lora: ['weight'],
};

/** What people start with when they choose this model. */
export function DefaultSettings({ model, isAdmin }: { model: Model; isAdmin: boolean }) {
  const { t } = useTranslation();
  const fields = FIELDS[model.type] ?? [];
  if (fields.length === 0)
    return (
      <Text c="dimmed" size="sm">
        {t('modelsPage.noDefaults')}
      </Text>
    );
  return isAdmin ? <Edit model={model} fields={fields} /> : <Read model={model} fields={fields} />;
}

function Read({ model, fields }: { model: Model; fields: readonly NumberField[] }) {
  const { t } = useTranslation();
  const settings = defaultSettingsOf(model);
  const shown = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? value : t('modelsPage.notSet'));
  return (
    <dl className={classes.facts}>
      {fields.map((field) => (
        <div key={field} className={classes.fact}>
          <dt>{t(`modelsPage.setting.${field}`)}</dt>
          <dd>{shown(settings[field])}</dd>
        </div>
      ))}
      {model.type === 'main' && (
        <div className={classes.fact}>
          <dt>{t('modelsPage.setting.scheduler')}</dt>
          <dd>{typeof settings.scheduler === 'string' ? schedulerLabel(settings.scheduler) : t('modelsPage.notSet')}</dd>
        </div>
      )}
    </dl>
  );
}

function Edit({ model, fields }: { model: Model; fields: readonly NumberField[] }) {
  const { t } = useTranslation();
  const update = useUpdateModel();
  const settings = defaultSettingsOf(model);
  const vaes = (useAllModels().data ?? []).filter(({ type, base }) => type === 'vae' && base === model.base);
  const number = (field: NumberField) => {
    const value = settings[field];
    return typeof value === 'number' ? value : '';
  };
  const form = useForm<Record<NumberField, number | string> & { scheduler: string | null; vae: string | null }>({
    initialValues: {
      width: number('width'),
      height: number('height'),
      steps: number('steps'),
      cfg_scale: number('cfg_scale'),
      cfg_rescale_multiplier: number('cfg_rescale_multiplier'),
      weight: number('weight'),
      scheduler: typeof settings.scheduler === 'string' ? settings.scheduler : null,
      vae: typeof settings.vae === 'string' ? settings.vae : null,
    },
  });
  const submit = form.onSubmit((values) => {
    const numbers = Object.fromEntries(fields.map((field) => [field, typeof values[field] === 'number' ? values[field] : null]));
    const rest = model.type === 'main' ? { scheduler: values.scheduler, vae: values.vae } : {};
    update.mutate(
      { key: model.key, changes: { default_settings: { ...settings, ...numbers, ...rest } } },
      {
        onSuccess: () => {
          form.resetDirty();
          notifications.show({ color: 'verdigris', message: t('modelsPage.saved') });
        },
      },
    );
  });
  const schedulers: { value: string; label: string }[] = [...SCHEDULERS];
  const own = form.values.scheduler;
  if (own !== null && !schedulers.some(({ value }) => value === own)) schedulers.push({ value: own, label: own });
  return (
    <form onSubmit={submit} noValidate aria-label={t('modelsPage.defaults')}>
      <Stack maw={460}>
        <Text size="sm" c="dimmed">
          {t('modelsPage.defaultsHint')}
        </Text>
        {fields.map((field) => (
          <NumberInput
            key={field}
            label={t(`modelsPage.setting.${field}`)}
            placeholder={t('modelsPage.notSet')}
            min={NUMBERS[field].min}
            step={NUMBERS[field].step}
            decimalScale={NUMBERS[field].step < 1 ? 2 : 0}
            {...form.getInputProps(field)}
          />
        ))}
        {model.type === 'main' && (
          <>
            <Select
              label={t('modelsPage.setting.scheduler')}
              placeholder={t('modelsPage.notSet')}
              clearable
              searchable
              data={schedulers}
              {...form.getInputProps('scheduler')}
            />
            <Select
              label="VAE"
              placeholder={t('modelsPage.ownVae')}
              clearable
              data={vaes.map((vae) => ({ value: vae.key, label: vae.name }))}
              {...form.getInputProps('vae')}
            />
          </>
        )}
        <ErrorNotice title={t('modelsPage.saveFailed')} error={update.error} />
        <Group>
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            {t('modelsPage.saveDefaults')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
