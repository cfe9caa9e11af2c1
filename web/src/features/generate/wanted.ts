// The settings as a request: models looked up, presets and alternatives of prompts written out.
import type { Model } from '@/api/models';
import { type Preset, withPreset } from '@/api/presets';
import { MAX_SEED } from '@/api/rules';
import type { Generation } from '@/graphs/generation';
import type { Settings } from './settings';

type Context = {
  model: Model;
  models: readonly Model[];
  preset: Preset | null;
  /** Every prompt that the written one stands for. */
  prompts: readonly string[];
  seed: number;
  boardId: string | null;
  prepend: boolean;
};

export function toGeneration(settings: Settings, context: Context): Generation {
  const { model, models, preset, prompts, seed, boardId, prepend } = context;
  const find = (key: string | null, type: string) =>
    models.find((one) => one.key === key && one.type === type && one.base === model.base) ?? null;
  const template = preset?.preset_data;
  return {
    model,
    vae: find(settings.vaeKey, 'vae'),
    loras: settings.loras.flatMap(({ key, weight, enabled }) => {
      const lora = find(key, 'lora');
      return enabled && lora ? [{ model: lora, weight }] : [];
    }),
    prompts: prompts.map((prompt) => (template ? withPreset(prompt, template.positive_prompt) : prompt)),
    negativePrompt: template ? withPreset(settings.negativePrompt, template.negative_prompt) : settings.negativePrompt,
    seeds: Array.from({ length: settings.count }, (_, index) => (seed + index) % (MAX_SEED + 1)),
    width: settings.width,
    height: settings.height,
    steps: settings.steps,
    cfgScale: settings.cfgScale,
    cfgRescale: settings.cfgRescale,
    scheduler: settings.scheduler,
    clipSkip: settings.clipSkip,
    seamlessX: settings.seamlessX,
    seamlessY: settings.seamlessY,
    vaeFp32: settings.vaeFp32,
    initial: settings.initial,
    references: settings.references.flatMap(({ id, modelKey, image, enabled, ...rest }) => {
      const adapter = find(modelKey, 'ip_adapter');
      return enabled && adapter && image ? [{ ...rest, id: `reference_image:${id}`, model: adapter, image }] : [];
    }),
    controls: settings.controls.flatMap(({ id, modelKey, image, enabled, ...rest }) => {
      const control = find(modelKey, 'controlnet') ?? find(modelKey, 't2i_adapter');
      return enabled && control && image ? [{ ...rest, id: `control_layer:${id}`, model: control, image }] : [];
    }),
    boardId,
    prepend,
  };
}

/** What somebody who looks at the settings would call unfinished; null when nothing is. */
export function unfinished(
  settings: Settings,
  model: Model,
  models: readonly Model[],
): 'adapter' | 'adapterBase' | 'loraBase' | null {
  const fits = (key: string | null) => models.find((one) => one.key === key)?.base === model.base;
  const adapters = [...settings.references, ...settings.controls].filter(({ enabled }) => enabled);
  if (adapters.some(({ image, modelKey }) => image === null || modelKey === null)) return 'adapter';
  if (adapters.some(({ modelKey }) => !fits(modelKey))) return 'adapterBase';
  if (settings.loras.some(({ key, enabled }) => enabled && !fits(key))) return 'loraBase';
  return null;
}
