// What the next picture is made from. Remembered per account, so that neither a reload nor another device loses a prompt.
import type { Model } from '@/api/models';
import { Remembered, useRemembered } from '@/api/remembered';
import { MAX_SEED } from '@/api/rules';
import { isScheduler, type Scheduler } from '@/api/schedulers';
import {
  CLIP_VISION,
  type ClipVision,
  CONTROL_MODES,
  type ControlMode,
  IP_METHODS,
  type IpMethod,
  type PictureField,
  type Preprocessor,
  PREPROCESSORS,
} from '@/graphs/generation';
import { isSide } from './aspect';

export type LoraChoice = { key: string; weight: number; enabled: boolean };
type Adapter = {
  id: string;
  modelKey: string | null;
  image: PictureField | null;
  weight: number;
  begin: number;
  end: number;
  enabled: boolean;
};
export type ReferenceChoice = Adapter & { method: IpMethod; clipVision: ClipVision };
export type ControlChoice = Adapter & { mode: ControlMode; preprocessor: Preprocessor };

export type Settings = {
  modelKey: string | null;
  vaeKey: string | null;
  vaeFp32: boolean;
  prompt: string;
  negativePrompt: string;
  presetId: string | null;
  dynamicPrompts: boolean;
  maxPrompts: number;
  width: number;
  height: number;
  steps: number;
  cfgScale: number;
  cfgRescale: number;
  scheduler: Scheduler;
  clipSkip: number;
  seamlessX: boolean;
  seamlessY: boolean;
  seed: number;
  randomSeed: boolean;
  count: number;
  loras: readonly LoraChoice[];
  initial: { image: PictureField; strength: number } | null;
  references: readonly ReferenceChoice[];
  controls: readonly ControlChoice[];
};

export const INITIAL: Settings = {
  modelKey: null,
  vaeKey: null,
  vaeFp32: true,
  prompt: '',
  negativePrompt: '',
  presetId: null,
  dynamicPrompts: true,
  maxPrompts: 100,
  width: 512,
  height: 512,
  steps: 30,
  cfgScale: 7.5,
  cfgRescale: 0,
  scheduler: 'dpmpp_3m_k',
  clipSkip: 0,
  seamlessX: false,
  seamlessY: false,
  seed: 0,
  randomSeed: true,
  count: 1,
  loras: [],
  initial: null,
  references: [],
  controls: [],
};

export const STEPS = { min: 1, max: 100 } as const;
export const CFG_SCALE = { min: 1, max: 20, step: 0.5 } as const;
export const CFG_RESCALE = { min: 0, max: 0.99, step: 0.01 } as const;
export const CLIP_SKIP = { min: 0, max: 12 } as const;
export const COUNT = { min: 1, max: 64 } as const;

export function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEED;
}

export function areValid(settings: Settings): boolean {
  return isSide(settings.width) && isSide(settings.height) && isSeed(settings.seed);
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const number = (value: unknown, usual: number) => (typeof value === 'number' && Number.isFinite(value) ? value : usual);
const text = (value: unknown) => (typeof value === 'string' ? value : null);
const flag = (value: unknown, usual: boolean) => (typeof value === 'boolean' ? value : usual);
const oneOf = <T extends string>(value: unknown, choices: readonly T[], usual: T) =>
  choices.find((choice) => choice === value) ?? usual;
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

function readPicture(value: unknown): PictureField | null {
  if (!isFields(value) || typeof value.name !== 'string') return null;
  return { name: value.name, width: number(value.width, 0), height: number(value.height, 0) };
}

function readAdapter(value: Fields): Adapter {
  return {
    id: text(value.id) ?? '',
    modelKey: text(value.modelKey),
    image: readPicture(value.image),
    weight: number(value.weight, 1),
    begin: number(value.begin, 0),
    end: number(value.end, 1),
    enabled: flag(value.enabled, true),
  };
}

function read(saved: Fields): Settings {
  const initial = isFields(saved.initial) ? readPicture(saved.initial.image) : null;
  return {
    modelKey: text(saved.modelKey),
    vaeKey: text(saved.vaeKey),
    vaeFp32: flag(saved.vaeFp32, INITIAL.vaeFp32),
    prompt: text(saved.prompt) ?? '',
    negativePrompt: text(saved.negativePrompt) ?? '',
    presetId: text(saved.presetId),
    dynamicPrompts: flag(saved.dynamicPrompts, INITIAL.dynamicPrompts),
    maxPrompts: number(saved.maxPrompts, INITIAL.maxPrompts),
    width: number(saved.width, INITIAL.width),
    height: number(saved.height, INITIAL.height),
    steps: number(saved.steps, INITIAL.steps),
    cfgScale: number(saved.cfgScale, INITIAL.cfgScale),
    cfgRescale: number(saved.cfgRescale, INITIAL.cfgRescale),
    scheduler: isScheduler(saved.scheduler) ? saved.scheduler : INITIAL.scheduler,
    clipSkip: number(saved.clipSkip, INITIAL.clipSkip),
    seamlessX: flag(saved.seamlessX, false),
    seamlessY: flag(saved.seamlessY, false),
    seed: number(saved.seed, INITIAL.seed),
    randomSeed: flag(saved.randomSeed, true),
    count: number(saved.count, INITIAL.count),
    loras: list(saved.loras).flatMap((lora) =>
      typeof lora.key === 'string'
        ? [{ key: lora.key, weight: number(lora.weight, 0.75), enabled: flag(lora.enabled, true) }]
        : [],
    ),
    initial: initial && isFields(saved.initial) ? { image: initial, strength: number(saved.initial.strength, 0.75) } : null,
    references: list(saved.references).map((value) => ({
      ...readAdapter(value),
      method: oneOf(value.method, IP_METHODS, 'full'),
      clipVision: oneOf(value.clipVision, CLIP_VISION, 'ViT-H'),
    })),
    controls: list(saved.controls).map((value) => ({
      ...readAdapter(value),
      mode: oneOf(value.mode, CONTROL_MODES, 'balanced'),
      preprocessor: oneOf(value.preprocessor, PREPROCESSORS, 'none'),
    })),
  };
}

export const settings = new Remembered<Settings>({ key: 'rs.generate', initial: INITIAL, read });

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  return [
    useRemembered(settings, (value) => value),
    (change) => {
      settings.set(change);
    },
  ];
}

/** The chosen model; with only one that can be used there is nothing to choose. */
export function chosenModel(usable: readonly Model[], key: string | null): Model | null {
  return usable.find((model) => model.key === key) ?? (usable.length === 1 ? (usable[0] ?? null) : null);
}
