import { Button, Group, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { type Configuration, type ConfigurationChange, useChangeConfiguration } from '@/api/server';
import { Notice } from '@/ui/Notice';

const STRATEGIES = ['flat', 'date', 'type', 'hash'] as const;

/** The keys that may be changed while the server runs. */
export function ChangeableSettings({ configuration }: { configuration: Configuration }) {
  const { t } = useTranslation();
  const change = useChangeConfiguration();
  const { config } = configuration;
  const history = config.max_queue_history;
  const devices = config.generation_devices;
  const form = useForm<{ strategy: string; history: number | string; devices: string }>({
    initialValues: {
      strategy: typeof config.image_subfolder_strategy === 'string' ? config.image_subfolder_strategy : 'flat',
      history: typeof history === 'number' ? history : '',
      devices: Array.isArray(devices) ? devices.join(', ') : typeof devices === 'string' ? devices : 'auto',
    },
  });
  const submit = form.onSubmit((values) => {
    const changes: ConfigurationChange = {};
    const strategy = STRATEGIES.find((known) => known === values.strategy);
    if (form.isDirty('strategy') && strategy !== undefined) changes.image_subfolder_strategy = strategy;
    if (form.isDirty('history')) changes.max_queue_history = typeof values.history === 'number' ? values.history : null;
    if (form.isDirty('devices')) changes.generation_devices = readDevices(values.devices);
    change.mutate(changes, {
      onSuccess: () => {
        notifications.show({ color: 'verdigris', message: t('admin.configuration.saved') });
      },
    });
  });
  return (
    <form onSubmit={submit} noValidate aria-label={t('admin.configuration.changeable')}>
      <Stack maw={560}>
        <Select
          label={t('admin.configuration.strategy')}
          description={t('admin.configuration.strategyHint')}
          allowDeselect={false}
          data={STRATEGIES.map((value) => ({ value, label: t(`admin.configuration.strategies.${value}`) }))}
          {...form.getInputProps('strategy')}
        />
        <NumberInput
          label={t('admin.configuration.history')}
          description={t('admin.configuration.historyHint')}
          placeholder={t('admin.configuration.historyAll')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('history')}
        />
        <TextInput
          label={t('admin.configuration.devices')}
          description={t('admin.configuration.devicesHint')}
          placeholder="auto"
          {...form.getInputProps('devices')}
        />
        {change.error && (
          <Notice kind="error" title={t('admin.configuration.changeFailed')}>
            {change.error.message}
          </Notice>
        )}
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
            {t('admin.save')}
          </Button>
          {form.isDirty() && (
            <Button variant="subtle" onClick={form.reset}>
              {t('admin.configuration.discard')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** `auto`, or a list of devices. */
export function readDevices(text: string): 'auto' | string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 || (names.length === 1 && names[0] === 'auto') ? 'auto' : names;
}
