import { Button, SegmentedControl, Select, Stack, Text, Textarea, Tooltip } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconArrowsMaximize, IconBinaryTree, IconGridDots } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Model, useModelsOf } from '@/api/models';
import { useEnqueue } from '@/api/queue';
import { isScheduler, SCHEDULERS } from '@/api/schedulers';
import { randomId, randomSeed } from '@/graphs/random';
import { buildEnlargement, buildUpscaling } from '@/graphs/upscaling';
import { ImageField } from '@/pickers/ImageField';
import { LoraList } from '@/pickers/LoraList';
import { ModelPicker } from '@/pickers/ModelPicker';
import { useShortcut } from '@/shortcuts/useShortcut';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { Section } from '@/ui/Section';
import { SliderField } from '@/ui/SliderField';
import { useUpscaleSettings } from './settings';
import classes from './UpscalePanel.module.css';

type Props = { boardId: string | null; status: React.ReactNode; onStarted: () => void };

/** The chosen one, or where nothing was chosen the first. */
function pick(models: readonly Model[], key: string | null): Model | null {
  return models.find((model) => model.key === key) ?? models[0] ?? null;
}

/** Everything that says how a picture is enlarged, and the button that starts it. */
export function UpscalePanel({ boardId, status, onStarted }: Props) {
  const { t } = useTranslation();
  const [settings, change] = useUpscaleSettings();
  const upscalers = useModelsOf('spandrel_image_to_image');
  const mains = useModelsOf('main').filter(({ base }) => base === 'sd-1' || base === 'sdxl');
  const enqueue = useEnqueue();

  const upscaler = pick(upscalers, settings.upscalerKey);
  const model = pick(mains, settings.modelKey);
  const controls = useModelsOf('controlnet', model?.base ?? null);
  const tiles = controls.filter(({ name }) => /tile/i.test(name));
  const tileControl = pick(tiles.length > 0 ? tiles : controls, settings.tileControlKey);
  const loras = useModelsOf('lora', model?.base ?? null);
  const isCreative = settings.mode === 'creative';

  const reason =
    upscaler === null
      ? t('upscale.needUpscaler')
      : settings.image === null
        ? t('upscale.needImage')
        : isCreative && model === null
          ? t('upscale.needModel')
          : isCreative && tileControl === null
            ? t('upscale.needTile')
            : null;

  const start = () => {
    const { image } = settings;
    if (reason !== null || upscaler === null || image === null || enqueue.isPending) return;
    if (!isCreative || model === null || tileControl === null) {
      enqueue.mutate(buildEnlargement(image, upscaler, boardId, randomId), { onSuccess: onStarted });
      return;
    }
    const wanted = {
      ...settings,
      image,
      upscaler,
      model,
      tileControl,
      boardId,
      seed: randomSeed(),
      loras: settings.loras.flatMap(({ key, weight, enabled }) => {
        const lora = loras.find((one) => one.key === key);
        return enabled && lora ? [{ model: lora, weight }] : [];
      }),
    };
    enqueue.mutate(buildUpscaling(wanted, randomId), { onSuccess: onStarted });
  };
  useShortcut('invoke', start);

  const { image } = settings;
  const result =
    image && image.width > 0 && isCreative
      ? [image.width, image.height].map((side) => Math.floor((side * settings.scale) / 8) * 8)
      : null;

  return (
    <form
      className={classes.panel}
      aria-label={t('upscale.panel')}
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <div className={classes.fields}>
        <Stack gap="md" mb="md">
          <ImageField
            label={t('upscale.image')}
            hint={t('pickers.dropHint')}
            value={image}
            onChange={(chosen) => {
              change({ image: chosen });
            }}
          />
          <div>
            <SegmentedControl
              fullWidth
              aria-label={t('upscale.mode')}
              value={settings.mode}
              data={[
                { value: 'creative', label: t('upscale.creative') },
                { value: 'simple', label: t('upscale.simple') },
              ]}
              onChange={(mode) => {
                change({ mode: mode === 'simple' ? 'simple' : 'creative' });
              }}
            />
            <Text size="xs" c="dimmed" mt={6}>
              {isCreative ? t('upscale.creativeHint') : t('upscale.simpleHint')}
            </Text>
          </div>
          <ModelPicker
            label={t('upscale.upscaler')}
            models={upscalers}
            value={upscaler?.key ?? null}
            onChange={(chosen) => {
              change({ upscalerKey: chosen?.key ?? null });
            }}
          />
          {isCreative && (
            <>
              <SliderField
                label={t('upscale.scale')}
                hint={result === null ? t('upscale.scaleHint') : t('upscale.result', { width: result[0], height: result[1] })}
                value={settings.scale}
                min={1.5}
                max={8}
                step={0.5}
                onChange={(scale) => {
                  change({ scale });
                }}
              />
              <SliderField
                label={t('upscale.creativity')}
                hint={t('upscale.creativityHint')}
                value={settings.creativity}
                min={-10}
                max={10}
                step={1}
                onChange={(creativity) => {
                  change({ creativity });
                }}
              />
              <SliderField
                label={t('upscale.structure')}
                hint={t('upscale.structureHint')}
                value={settings.structure}
                min={-10}
                max={10}
                step={1}
                onChange={(structure) => {
                  change({ structure });
                }}
              />
            </>
          )}
        </Stack>
        {isCreative && (
          <>
            <Section title={t('upscale.painting')} icon={<IconAdjustmentsHorizontal size={18} />} opened>
              <ModelPicker
                label={t('models.label')}
                models={mains}
                value={model?.key ?? null}
                onChange={(chosen) => {
                  change({ modelKey: chosen?.key ?? null });
                }}
              />
              <Textarea
                label={t('generate.prompt')}
                placeholder={t('upscale.promptPlaceholder')}
                autosize
                minRows={2}
                maxRows={8}
                value={settings.prompt}
                onChange={(event) => {
                  change({ prompt: event.currentTarget.value });
                }}
              />
              <Textarea
                label={t('generate.negativePrompt')}
                autosize
                minRows={1}
                maxRows={6}
                value={settings.negativePrompt}
                onChange={(event) => {
                  change({ negativePrompt: event.currentTarget.value });
                }}
              />
              <SliderField
                label={t('generate.steps')}
                hint={t('generate.stepsHint')}
                value={settings.steps}
                min={1}
                max={100}
                step={1}
                onChange={(steps) => {
                  change({ steps });
                }}
              />
              <SliderField
                label={t('generate.cfgScale')}
                hint={t('generate.cfgScaleHint')}
                value={settings.cfgScale}
                min={1}
                max={20}
                step={0.5}
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
            </Section>
            <Section title={t('loras.title')} icon={<IconBinaryTree size={18} />}>
              <LoraList
                loras={loras}
                value={settings.loras}
                onChange={(value) => {
                  change({ loras: value });
                }}
              />
            </Section>
            <Section title={t('upscale.tiles')} icon={<IconGridDots size={18} />} summary={`${settings.tileSize} px`}>
              <ModelPicker
                label={t('upscale.tileControl')}
                models={controls}
                value={tileControl?.key ?? null}
                onChange={(chosen) => {
                  change({ tileControlKey: chosen?.key ?? null });
                }}
              />
              <SliderField
                label={t('upscale.tileSize')}
                hint={t('upscale.tileSizeHint')}
                value={settings.tileSize}
                min={512}
                max={1536}
                step={64}
                onChange={(tileSize) => {
                  change({ tileSize });
                }}
              />
              <SliderField
                label={t('upscale.tileOverlap')}
                hint={t('upscale.tileOverlapHint')}
                value={settings.tileOverlap}
                min={32}
                max={256}
                step={16}
                onChange={(tileOverlap) => {
                  change({ tileOverlap });
                }}
              />
            </Section>
          </>
        )}
      </div>
      <div className={classes.footer}>
        {enqueue.error && <ErrorNotice title={t('upscale.failed')} error={enqueue.error} onRetry={start} />}
        <Tooltip label={reason} disabled={reason === null}>
          <Button
            type="submit"
            size="md"
            fullWidth
            leftSection={<IconArrowsMaximize size={18} />}
            loading={enqueue.isPending}
            {...(reason !== null && { 'data-disabled': true })}
            aria-disabled={reason !== null}
            aria-describedby="upscale-status"
          >
            {t('upscale.submit')}
          </Button>
        </Tooltip>
        <div id="upscale-status" className={classes.status}>
          {reason ?? status}
        </div>
      </div>
    </form>
  );
}
