// A picture's metadata, read back as settings.
import { modelDefaults, type Model } from '@/api/models';
import { isSide } from './aspect';
import { isScheduler } from '@/api/schedulers';
import { CFG_SCALE, isSeed, type Settings, STEPS } from './settings';

/** The settings a picture was made with, as far as its metadata tells and this page can repeat them. */
export function recall(metadata: Record<string, unknown>, models: readonly Model[]): Partial<Settings> {
  const change: Partial<Settings> = {};
  const {
    positive_prompt: prompt,
    negative_prompt: negative,
    seed,
    steps,
    cfg_scale: cfgScale,
    scheduler,
    width,
    height,
    model,
  } = metadata;
  if (typeof prompt === 'string') change.prompt = prompt;
  if (typeof negative === 'string') change.negativePrompt = negative;
  if (typeof seed === 'number' && isSeed(seed)) Object.assign(change, { seed, randomSeed: false, count: 1 });
  if (typeof steps === 'number' && steps >= STEPS.min && steps <= STEPS.max) change.steps = steps;
  if (typeof cfgScale === 'number' && cfgScale >= CFG_SCALE.min && cfgScale <= CFG_SCALE.max) change.cfgScale = cfgScale;
  if (isScheduler(scheduler)) change.scheduler = scheduler;
  if (typeof width === 'number' && typeof height === 'number' && isSide(width) && isSide(height))
    Object.assign(change, { width, height });
  const key = typeof model === 'object' && model !== null && 'key' in model ? model.key : null;
  if (models.some((candidate) => candidate.key === key) && typeof key === 'string') change.modelKey = key;
  return change;
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
