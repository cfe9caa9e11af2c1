import { Button, Group, NumberInput, Stack, Text, Tooltip } from '@mantine/core';
import {
  IconAdjustmentsHorizontal,
  IconAspectRatio,
  IconBinaryTree,
  IconPhotoEdit,
  IconPhotoHeart,
  IconPlus,
  IconSettings2,
  IconShape,
  IconSparkles,
} from '@tabler/icons-react';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelDefaults, type Model, useAllModels, useModelsOf } from '@/api/models';
import { usePresets } from '@/api/presets';
import { dynamicPromptsQuery, hasAlternatives, useAlternatives } from '@/api/prompts';
import { useEnqueue } from '@/api/queue';
import { schedulerLabel } from '@/api/schedulers';
import { buildGeneration } from '@/graphs/generation';
import { randomId, randomSeed } from '@/graphs/random';
import { ImageField } from '@/pickers/ImageField';
import { LoraList } from '@/pickers/LoraList';
import { keyCaps, keysOf } from '@/shortcuts/registry';
import { useShortcut } from '@/shortcuts/useShortcut';
import { usePreference } from '@/api/preferences';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { KeyCaps } from '@/ui/KeyCaps';
import { Section } from '@/ui/Section';
import { SliderField } from '@/ui/SliderField';
import { ControlCard, ReferenceCard } from './AdapterCard';
import classes from './GeneratePanel.module.css';
import { PromptFields } from './PromptFields';
import { AdvancedFields, SamplingFields } from './SamplingFields';
import { areValid, COUNT, type Settings, useSettings } from './settings';
import { SizeField } from './SizeField';
import { toGeneration, unfinished } from './wanted';

type Props = {
  model: Model | null;
  modelPicker: ReactNode;
  /** The board that new pictures go to. */
  boardId: string | null;
  /** Shown beside the button: what the queue is doing. */
  status: ReactNode;
  onStarted: () => void;
};

/** Everything that says what the next picture should be, and the button that starts it. */
export function GeneratePanel({ model, modelPicker, boardId, status, onStarted }: Props) {
  const { t } = useTranslation();
  const [settings, change] = useSettings();
  const [shortcuts] = usePreference('shortcuts');
  const promptRef = useRef<HTMLTextAreaElement>(null);
  const models = useAllModels().data ?? [];
  const base = model?.base ?? null;
  const presets = usePresets().data ?? [];
  const enqueue = useEnqueue();
  const prompts = usePrompts(settings);
  const [isPreparing, setIsPreparing] = useState(false);
  const isStarting = isPreparing || enqueue.isPending;

  const problem = model === null ? null : unfinished(settings, model, models);
  const reason =
    model === null
      ? t('generate.needModel')
      : !areValid(settings)
        ? t('generate.needFix')
        : problem !== null
          ? t(`generate.unfinished.${problem}`)
          : null;

  const start = async (prepend: boolean) => {
    if (model === null || reason !== null || isStarting) return;
    setIsPreparing(true);
    const list = await prompts.read();
    setIsPreparing(false);
    const seed = settings.randomSeed ? randomSeed() : settings.seed;
    if (settings.randomSeed) change({ seed });
    const preset = presets.find(({ id }) => id === settings.presetId) ?? null;
    const wanted = toGeneration(settings, { model, models, preset, prompts: list, seed, boardId, prepend });
    enqueue.mutate(buildGeneration(wanted, randomId), { onSuccess: onStarted });
  };
  useShortcut('invoke', () => void start(false));
  useShortcut('invokeFront', () => void start(true));
  useShortcut('focusPrompt', () => promptRef.current?.focus());
  useShortcut('randomSeed', () => {
    change({ randomSeed: !settings.randomSeed });
  });

  const defaults = model ? modelDefaults(model) : null;
  const usual = base === 'sdxl' ? 1024 : 512;
  const area = (defaults?.width ?? usual) * (defaults?.height ?? usual);
  const total = settings.count * (prompts.alternatives ?? 1);
  const caps = keysOf('invoke', shortcuts)[0];

  return (
    <form
      className={classes.panel}
      aria-label={t('generate.panel')}
      onSubmit={(event) => {
        event.preventDefault();
        void start(false);
      }}
    >
      <div className={classes.fields}>
        <Stack gap="md" mb="md">
          {modelPicker}
          <PromptFields presets={presets} promptRef={promptRef} alternatives={prompts.alternatives} />
        </Stack>
        <Section
          title={t('generate.size')}
          icon={<IconAspectRatio size={18} />}
          summary={`${settings.width} × ${settings.height}`}
          opened
        >
          <SizeField
            size={settings}
            area={area}
            onChange={({ width, height }) => {
              change({ width, height });
            }}
          />
        </Section>
        <Section
          title={t('generate.sampling')}
          icon={<IconAdjustmentsHorizontal size={18} />}
          summary={`${settings.steps} · ${settings.cfgScale} · ${schedulerLabel(settings.scheduler)}`}
          opened
        >
          <SamplingFields />
        </Section>
        <LoraSection base={base} promptRef={promptRef} />
        <InitialSection />
        <ReferenceSection base={base} />
        <ControlSection base={base} />
        <Section title={t('generate.advanced')} icon={<IconSettings2 size={18} />}>
          <AdvancedFields base={base} />
        </Section>
      </div>
      <div className={classes.footer}>
        {enqueue.error && (
          <div className={classes.error}>
            <ErrorNotice title={t('generate.failed')} error={enqueue.error} onRetry={() => void start(false)} />
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
              className={classes.submit ?? ''}
              leftSection={<IconSparkles size={18} />}
              loading={isStarting}
              {...(reason !== null && { 'data-disabled': true })}
              aria-disabled={reason !== null}
              aria-describedby="generate-status"
            >
              {t('generate.submit')}
            </Button>
          </Tooltip>
        </div>
        <div id="generate-status" className={classes.status}>
          <span>{reason ?? (total > settings.count ? t('generate.total', { count: total }) : status)}</span>
          {caps !== undefined && (
            <span className={classes.shortcut}>
              <KeyCaps caps={keyCaps(caps)} />
            </span>
          )}
        </div>
      </div>
    </form>
  );
}

/** The prompts to enqueue: the written one, or all it stands for. They are read when they are needed, so that none is of an older text. */
function usePrompts({ prompt, dynamicPrompts, maxPrompts }: Settings) {
  const cache = useQueryClient();
  const [settled] = useDebouncedValue(prompt, 250);
  const wanted = dynamicPrompts && hasAlternatives(prompt);
  const alternatives = useAlternatives(settled, maxPrompts, wanted && hasAlternatives(settled));
  const read = async (): Promise<readonly string[]> => {
    if (!wanted) return [prompt];
    const answer = await cache.query(dynamicPromptsQuery(prompt, maxPrompts)).catch(() => null);
    return answer && answer.prompts.length > 0 ? answer.prompts : [prompt];
  };
  return { alternatives, read };
}

function LoraSection({ base, promptRef }: { base: string | null; promptRef: React.RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useTranslation();
  const [settings, change] = useSettings();
  const loras = useModelsOf('lora', base);
  const used = settings.loras.filter(({ enabled }) => enabled).length;
  return (
    <Section
      title={t('loras.title')}
      icon={<IconBinaryTree size={18} />}
      {...(used > 0 && { summary: t('loras.count', { count: used }) })}
      amount={used}
    >
      <LoraList
        loras={loras}
        value={settings.loras}
        onChange={(value) => {
          change({ loras: value });
        }}
        onPhrase={(phrase) => {
          const prompt = settings.prompt.trim();
          change({ prompt: prompt === '' ? phrase : `${prompt}, ${phrase}` });
          promptRef.current?.focus();
        }}
      />
    </Section>
  );
}

function InitialSection() {
  const { t } = useTranslation();
  const [{ initial }, change] = useSettings();
  return (
    <Section
      title={t('initial.title')}
      icon={<IconPhotoEdit size={18} />}
      {...(initial && { summary: `${Math.round(initial.strength * 100)} %` })}
      amount={initial === null ? 0 : 1}
    >
      <ImageField
        label={t('initial.image')}
        hint={t('pickers.dropHint')}
        value={initial?.image ?? null}
        onChange={(image) => {
          change({ initial: image && { image, strength: initial?.strength ?? 0.75 } });
        }}
      />
      {initial && (
        <SliderField
          label={t('initial.strength')}
          hint={t('initial.strengthHint')}
          value={initial.strength}
          min={0.01}
          max={1}
          step={0.01}
          onChange={(strength) => {
            change({ initial: { ...initial, strength } });
          }}
        />
      )}
    </Section>
  );
}

function ReferenceSection({ base }: { base: string | null }) {
  const { t } = useTranslation();
  const [{ references }, change] = useSettings();
  const models = useModelsOf('ip_adapter', base);
  return (
    <Section
      title={t('references.title')}
      icon={<IconPhotoHeart size={18} />}
      {...(references.length > 0 && { summary: String(references.length) })}
      amount={references.length}
    >
      {references.map((reference, index) => (
        <ReferenceCard
          key={reference.id}
          index={index}
          models={models}
          value={reference}
          onChange={(value) => {
            change({ references: references.map((one) => (one.id === value.id ? value : one)) });
          }}
          onRemove={() => {
            change({ references: references.filter(({ id }) => id !== reference.id) });
          }}
        />
      ))}
      <AddButton
        label={t('references.add')}
        missing={models.length === 0 ? t('references.none') : null}
        onClick={() => {
          change({
            references: [
              ...references,
              {
                id: randomId(),
                modelKey: models[0]?.key ?? null,
                image: null,
                weight: 1,
                begin: 0,
                end: 1,
                enabled: true,
                method: 'full',
                clipVision: base === 'sdxl' ? 'ViT-G' : 'ViT-H',
              },
            ],
          });
        }}
      />
    </Section>
  );
}

function ControlSection({ base }: { base: string | null }) {
  const { t } = useTranslation();
  const [{ controls }, change] = useSettings();
  const models = useModelsOf(['controlnet', 't2i_adapter'], base);
  return (
    <Section
      title={t('controls.title')}
      icon={<IconShape size={18} />}
      {...(controls.length > 0 && { summary: String(controls.length) })}
      amount={controls.length}
    >
      {controls.map((control, index) => (
        <ControlCard
          key={control.id}
          index={index}
          models={models}
          value={control}
          onChange={(value) => {
            change({ controls: controls.map((one) => (one.id === value.id ? value : one)) });
          }}
          onRemove={() => {
            change({ controls: controls.filter(({ id }) => id !== control.id) });
          }}
        />
      ))}
      <AddButton
        label={t('controls.add')}
        missing={models.length === 0 ? t('controls.none') : null}
        onClick={() => {
          const [first] = models;
          const isCanny = /canny/i.test(first?.name ?? '');
          change({
            controls: [
              ...controls,
              {
                id: randomId(),
                modelKey: first?.key ?? null,
                image: null,
                weight: 0.75,
                begin: 0,
                end: 0.75,
                enabled: true,
                mode: 'balanced',
                preprocessor: isCanny ? 'canny_edge_detection' : 'none',
              },
            ],
          });
        }}
      />
    </Section>
  );
}

function AddButton({ label, missing, onClick }: { label: string; missing: string | null; onClick: () => void }) {
  return (
    <Group gap="sm">
      <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} disabled={missing !== null} onClick={onClick}>
        {label}
      </Button>
      {missing !== null && (
        <Text size="xs" c="dimmed">
          {missing}
        </Text>
      )}
    </Group>
  );
}
