// What the next enlargement is made from. Remembered per account.
import { Remembered, useRemembered } from '@/api/remembered';
import { isScheduler, type Scheduler } from '@/api/schedulers';
import type { PictureField } from '@/graphs/generation';
import type { LoraEntry } from '@/pickers/LoraList';

export type UpscaleSettings = {
  image: PictureField | null;
  upscalerKey: string | null;
  /** Only the upscaler, or its result painted anew in detail. */
  mode: 'simple' | 'creative';
  scale: number;
  modelKey: string | null;
  tileControlKey: string | null;
  loras: readonly LoraEntry[];
  creativity: number;
  structure: number;
  tileSize: number;
  tileOverlap: number;
  prompt: string;
  negativePrompt: string;
  steps: number;
  cfgScale: number;
  scheduler: Scheduler;
};

const INITIAL: UpscaleSettings = {
  image: null,
  upscalerKey: null,
  mode: 'creative',
  scale: 2,
  modelKey: null,
  tileControlKey: null,
  loras: [],
  creativity: 0,
  structure: 0,
  tileSize: 1024,
  tileOverlap: 128,
  prompt: '',
  negativePrompt: '',
  steps: 30,
  cfgScale: 2,
  scheduler: 'kdpm_2',
};

function read(saved: Record<string, unknown>): UpscaleSettings {
  const number = (name: keyof UpscaleSettings, usual: number) => {
    const value = saved[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : usual;
  };
  const text = (name: keyof UpscaleSettings) => {
    const value = saved[name];
    return typeof value === 'string' ? value : null;
  };
  const { image, loras, scheduler } = saved;
  const picture = typeof image === 'object' && image !== null ? new Map<string, unknown>(Object.entries(image)) : null;
  const name = picture?.get('name');
  return {
    image:
      typeof name === 'string'
        ? { name, width: Number(picture?.get('width') ?? 0), height: Number(picture?.get('height') ?? 0) }
        : null,
    upscalerKey: text('upscalerKey'),
    mode: saved.mode === 'simple' ? 'simple' : 'creative',
    scale: number('scale', INITIAL.scale),
    modelKey: text('modelKey'),
    tileControlKey: text('tileControlKey'),
    loras: Array.isArray(loras) ? loras.filter(isLora) : [],
    creativity: number('creativity', 0),
    structure: number('structure', 0),
    tileSize: number('tileSize', INITIAL.tileSize),
    tileOverlap: number('tileOverlap', INITIAL.tileOverlap),
    prompt: text('prompt') ?? '',
    negativePrompt: text('negativePrompt') ?? '',
    steps: number('steps', INITIAL.steps),
    cfgScale: number('cfgScale', INITIAL.cfgScale),
    scheduler: isScheduler(scheduler) ? scheduler : INITIAL.scheduler,
  };
}

function isLora(value: unknown): value is LoraEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { key, weight, enabled } = Object.fromEntries(Object.entries(value)) as Record<string, unknown>;
  return typeof key === 'string' && typeof weight === 'number' && typeof enabled === 'boolean';
}

export const upscaleSettings = new Remembered<UpscaleSettings>({ key: 'rs.upscale', initial: INITIAL, read });

export function useUpscaleSettings(): [UpscaleSettings, (change: Partial<UpscaleSettings>) => void] {
  return [
    useRemembered(upscaleSettings, (value) => value),
    (change) => {
      upscaleSettings.set(change);
    },
  ];
}
