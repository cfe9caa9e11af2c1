// A picture's metadata, read back as settings.
import { modelDefaults, type Model } from '@/api/models';
import { isScheduler } from '@/api/schedulers';
import { CLIP_VISION, CONTROL_MODES, IP_METHODS, type PictureField } from '@/graphs/generation';
import { isSide } from './aspect';
import {
  CFG_RESCALE,
  CFG_SCALE,
  CLIP_SKIP,
  type ControlChoice,
  isSeed,
  type LoraChoice,
  type ReferenceChoice,
  type Settings,
  STEPS,
} from './settings';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

function within(value: unknown, { min, max }: { min: number; max: number }): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

export const PARTS = ['all', 'prompt', 'seed', 'size'] as const;
export type Part = (typeof PARTS)[number];

/** The settings a picture was made with, as far as its metadata tells and this page can repeat them. */
export function recall(metadata: Fields, models: readonly Model[], part: Part = 'all'): Partial<Settings> {
  switch (part) {
    case 'prompt':
      return recallPrompt(metadata);
    case 'seed':
      return recallSeed(metadata);
    case 'size':
      return recallSize(metadata);
    case 'all':
      return {
        ...recallPrompt(metadata),
        ...recallSeed(metadata),
        ...recallSize(metadata),
        ...recallSampling(metadata),
        ...recallModels(metadata, models),
      };
  }
}

function recallPrompt({ positive_prompt: prompt, negative_prompt: negative }: Fields): Partial<Settings> {
  return {
    ...(typeof prompt === 'string' && { prompt, presetId: null }),
    ...(typeof negative === 'string' && { negativePrompt: negative }),
  };
}

function recallSeed({ seed }: Fields): Partial<Settings> {
  return typeof seed === 'number' && isSeed(seed) ? { seed, randomSeed: false, count: 1 } : {};
}

function recallSize({ width, height }: Fields): Partial<Settings> {
  return typeof width === 'number' && typeof height === 'number' && isSide(width) && isSide(height) ? { width, height } : {};
}

function recallSampling(metadata: Fields): Partial<Settings> {
  const { steps, cfg_scale: cfgScale, cfg_rescale_multiplier: cfgRescale, scheduler, clip_skip: clipSkip } = metadata;
  return {
    ...(within(steps, STEPS) && { steps }),
    ...(within(cfgScale, CFG_SCALE) && { cfgScale }),
    ...(within(cfgRescale, CFG_RESCALE) && { cfgRescale }),
    ...(isScheduler(scheduler) && { scheduler }),
    ...(within(clipSkip, CLIP_SKIP) && { clipSkip }),
    ...(typeof metadata.seamless_x === 'boolean' && { seamlessX: metadata.seamless_x }),
    ...(typeof metadata.seamless_y === 'boolean' && { seamlessY: metadata.seamless_y }),
  };
}

function recallModels(metadata: Fields, models: readonly Model[]): Partial<Settings> {
  const known = (value: unknown) => {
    const key = isFields(value) ? value.key : null;
    return models.find((model) => model.key === key)?.key ?? null;
  };
  const picture = (value: unknown): PictureField | null =>
    isFields(value) && typeof value.image_name === 'string'
      ? { name: value.image_name, width: Number(value.width ?? 0), height: Number(value.height ?? 0) }
      : null;
  const modelKey = known(metadata.model);
  const loras: LoraChoice[] = list(metadata.loras).flatMap(({ model, weight }) => {
    const key = known(model);
    return key === null ? [] : [{ key, weight: typeof weight === 'number' ? weight : 0.75, enabled: true }];
  });
  const references: ReferenceChoice[] = list(metadata.ref_images).flatMap(({ id, config }, index) => {
    if (!isFields(config) || config.type !== 'ip_adapter') return [];
    const held = isFields(config.image) && isFields(config.image.original) ? config.image.original.image : config.image;
    const [begin, end] = Array.isArray(config.beginEndStepPct) ? config.beginEndStepPct.map(Number) : [];
    return [
      {
        id: typeof id === 'string' ? (id.split(':')[1] ?? id) : String(index),
        modelKey: known(config.model),
        image: picture(held),
        weight: Number(config.weight ?? 1),
        begin: begin ?? 0,
        end: end ?? 1,
        method: IP_METHODS.find((method) => method === config.method) ?? 'full',
        clipVision: CLIP_VISION.find((one) => one === config.clipVisionModel) ?? 'ViT-H',
        enabled: true,
      },
    ];
  });
  const control = (value: Fields, index: number, model: unknown, weight: unknown): ControlChoice => ({
    id: `recalled${index}`,
    modelKey: known(model),
    image: picture(value.image),
    weight: Number(weight ?? 1),
    begin: Number(value.begin_step_percent ?? 0),
    end: Number(value.end_step_percent ?? 1),
    mode: CONTROL_MODES.find((mode) => mode === value.control_mode) ?? 'balanced',
    preprocessor: 'none',
    enabled: true,
  });
  const nets = list(metadata.controlnets).map((value, index) => control(value, index, value.control_model, value.control_weight));
  const adapters = list(metadata.t2iAdapters).map((value, index) =>
    control(value, nets.length + index, value.t2i_adapter_model, value.weight),
  );
  const initial = typeof metadata.init_image === 'string' ? metadata.init_image : null;
  return {
    ...(modelKey !== null && { modelKey }),
    vaeKey: known(metadata.vae),
    loras,
    references,
    controls: [...nets, ...adapters],
    initial:
      initial === null ? null : { image: { name: initial, width: 0, height: 0 }, strength: Number(metadata.strength ?? 0.75) },
  };
}

/** What choosing a model changes: the size and the sampling that its record recommends. */
export function choose(model: Model): Partial<Settings> {
  const change: Partial<Settings> = { modelKey: model.key };
  const { width, height, steps, cfgScale, scheduler } = modelDefaults(model);
  if (width !== null && height !== null && isSide(width) && isSide(height)) Object.assign(change, { width, height });
  if (steps !== null) change.steps = steps;
  if (cfgScale !== null) change.cfgScale = cfgScale;
  if (isScheduler(scheduler)) change.scheduler = scheduler;
  return change;
}
