import { expect, test } from 'vitest';
import { toModel } from '@/api/models';
import { FakeServer } from '@/mock/FakeServer';
import { choose, recall } from './recall';

const models = new FakeServer({ models: 2 }).models.map(toModel).filter((model) => model !== null);

test('a picture gives back what it was made with', () => {
  const metadata = {
    positive_prompt: 'a fox',
    negative_prompt: 'blur',
    seed: 42,
    steps: 8,
    cfg_scale: 7.5,
    scheduler: 'ddim',
    width: 768,
    height: 512,
    model: { key: 'model-1', name: 'tiny-sd15-1' },
  };
  expect(recall(metadata, models)).toEqual({
    prompt: 'a fox',
    presetId: null,
    negativePrompt: 'blur',
    seed: 42,
    randomSeed: false,
    count: 1,
    steps: 8,
    cfgScale: 7.5,
    scheduler: 'ddim',
    width: 768,
    height: 512,
    modelKey: 'model-1',
    vaeKey: null,
    loras: [],
    references: [],
    controls: [],
    initial: null,
  });
});

test('one part can be taken alone', () => {
  const metadata = { positive_prompt: 'a fox', seed: 42, width: 768, height: 512 };
  expect(recall(metadata, models, 'prompt')).toEqual({ prompt: 'a fox', presetId: null });
  expect(recall(metadata, models, 'seed')).toEqual({ seed: 42, randomSeed: false, count: 1 });
  expect(recall(metadata, models, 'size')).toEqual({ width: 768, height: 512 });
});

test('what this page cannot repeat is left alone', () => {
  const metadata = {
    seed: -1,
    steps: 0,
    cfg_scale: 'high',
    scheduler: 'unknown',
    width: 513,
    height: 512,
    model: { key: 'gone' },
  };
  expect(recall(metadata, models)).toEqual({ vaeKey: null, loras: [], references: [], controls: [], initial: null });
});

test('choosing a model takes over what its record recommends and nothing else', () => {
  const [model] = models;
  if (!model) throw new Error('no model');
  expect(choose(model)).toEqual({ modelKey: 'model-0', width: 512, height: 512 });
});
