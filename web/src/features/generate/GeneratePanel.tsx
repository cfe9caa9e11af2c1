import { Button, Group, Kbd, NumberInput, Select, Stack, Textarea, Tooltip, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconChevronDown, IconPlus, IconSparkles } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelDefaults, type Model } from '@/api/models';
import { useEnqueue } from '@/api/queue';
import { Notice } from '@/ui/Notice';
import { SliderField } from '@/ui/SliderField';
import classes from './GeneratePanel.module.css';
import { buildTextToImage } from './graph';
import { randomId, randomSeed } from './random';
import { isScheduler, SCHEDULERS } from '@/api/schedulers';
import { SeedField } from './SeedField';
import { areValid, CFG_SCALE, COUNT, STEPS, useSettings } from './settings';
import { SizeField } from './SizeField';

type Props = {
  model: Model | null;
  modelPicker: ReactNode;
  /** Shown beside the button: what the queue is doing. */
  status: ReactNode;
  onStarted: () => void;
};

const IS_MAC = /mac|iphone|ipad/i.test(navigator.userAgent);

/** Everything that says what the next picture should be, and the button that starts it. */
export function GeneratePanel({ model, modelPicker, status, onStarted }: Props) {
  const { t } = useTranslation();
  const [settings, change] = useSettings();
  const [settingsOpen, setSettingsOpen] = useState(false);
  const [negativeOpen, setNegativeOpen] = useState(settings.negativePrompt !== '');
  const enqueue = useEnqueue();

  const reason = model === null ? t('generate.needModel') : areValid(settings) ? null : t('generate.needFix');
  const start = () => {
    if (model === null || reason !== null || enqueue.isPending) return;
    const seed = settings.randomSeed ? randomSeed() : settings.seed;
    if (settings.randomSeed) change({ seed });
    enqueue.mutate(buildTextToImage({ ...settings, seed }, model, randomId), { onSuccess: onStarted });
  };
  useHotkeys([['mod+Enter', start]], []);

  const defaults = model ? modelDefaults(model) : null;
  const area = (defaults?.width ?? 512) * (defaults?.height ?? 512);
  const showNegative = negativeOpen || settings.negativePrompt !== '';

  return (
    <form
      className={classes.panel}
      aria-label={t('generate.panel')}
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <div className={classes.fields}>
        <Stack gap="md">
          {modelPicker}
          <Textarea
            label={t('generate.prompt')}
            placeholder={t('generate.promptPlaceholder')}
            autosize
            minRows={3}
            maxRows={12}
            value={settings.prompt}
            onChange={(event) => {
              change({ prompt: event.currentTarget.value });
            }}
          />
          {showNegative ? (
            <Textarea
              label={t('generate.negativePrompt')}
              placeholder={t('generate.negativePromptPlaceholder')}
              autosize
              minRows={2}
              maxRows={8}
              autoFocus={settings.negativePrompt === ''}
              value={settings.negativePrompt}
              onChange={(event) => {
                setNegativeOpen(true);
                change({ negativePrompt: event.currentTarget.value });
              }}
            />
          ) : (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconPlus size={14} />}
              className={classes.addNegative}
              onClick={() => {
                setNegativeOpen(true);
              }}
            >
              {t('generate.addNegativePrompt')}
            </Button>
          )}
          <UnstyledButton
            className={classes.disclosure}
            aria-expanded={settingsOpen}
            aria-controls="generate-settings"
            onClick={() => {
              setSettingsOpen((open) => !open);
            }}
          >
            <IconAdjustmentsHorizontal size={18} aria-hidden="true" />
            <span>{t('generate.settings')}</span>
            <span className={classes.summary}>
              {settings.width} × {settings.height} · {settings.steps}
            </span>
            <IconChevronDown size={18} className={classes.chevron} aria-hidden="true" />
          </UnstyledButton>
          <div id="generate-settings" className={classes.settings} data-open={settingsOpen}>
            <SizeField
              size={settings}
              area={area}
              onChange={({ width, height }) => {
                change({ width, height });
              }}
            />
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
              allowDeselect={false}
              value={settings.scheduler}
              onChange={(scheduler) => {
                if (isScheduler(scheduler)) change({ scheduler });
              }}
            />
            <SeedField seed={settings.seed} random={settings.randomSeed} onChange={change} />
          </div>
        </Stack>
      </div>
      <div className={classes.footer}>
        {enqueue.error && (
          <div className={classes.error}>
            <Notice kind="error" title={t('generate.failed')}>
              {enqueue.error.message}
              <Group gap="xs" mt="xs">
                <Button size="compact-sm" color="red" variant="light" onClick={start}>
                  {t('generate.retry')}
                </Button>
                <Button
                  size="compact-sm"
                  color="red"
                  variant="subtle"
                  onClick={() => {
                    enqueue.reset();
                  }}
                >
                  {t('generate.dismiss')}
                </Button>
              </Group>
            </Notice>
          </div>
        )}
        <div className={classes.actions}>
          <NumberInput
            className={classes.count}
            size="md"
            aria-label={t('generate.count')}
            title={t('generate.count')}
            prefix="× "
            value={settings.count}
            {...COUNT}
            allowDecimal={false}
            onChange={(count) => {
              if (typeof count === 'number' && count >= COUNT.min && count <= COUNT.max) change({ count });
            }}
          />
          <Tooltip label={reason} disabled={reason === null}>
            <Button
              type="submit"
              size="md"
              className={classes.submit}
              leftSection={<IconSparkles size={18} />}
              loading={enqueue.isPending}
              {...(reason !== null && { 'data-disabled': true })}
              aria-disabled={reason !== null}
              aria-describedby="generate-status"
            >
              {t('generate.submit')}
            </Button>
          </Tooltip>
        </div>
        <div id="generate-status" className={classes.status}>
          <span>{reason ?? status}</span>
          <span className={classes.shortcut}>
            <Kbd size="xs">{IS_MAC ? t('generate.submitShortcutMac') : t('generate.submitShortcut')}</Kbd>
          </span>
        </div>
      </div>
    </form>
  );
}
