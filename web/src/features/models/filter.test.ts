import { expect, test } from 'vitest';
import { isLocalPath } from './InstallPanel';
import { passes } from './ModelsPage';

const model = { key: 'k', hash: '', name: 'Dream Shaper', base: 'sd-1', type: 'main', record: { description: 'soft light' } };
const any = { search: '', type: null, base: null };

test('models are found by words of name and description, by type and by base', () => {
  expect(passes(model, any)).toBe(true);
  expect(passes(model, { ...any, search: 'light DREAM' })).toBe(true);
  expect(passes(model, { ...any, search: 'dream dark' })).toBe(false);
  expect(passes(model, { ...any, type: 'lora' })).toBe(false);
  expect(passes(model, { ...any, type: 'main', base: 'sd-1' })).toBe(true);
});

test('paths of the server are told from addresses and repositories', () => {
  for (const path of ['/models/sd15', './sd15', '~/sd15', 'C:\\models', 'D:/models']) expect(isLocalPath(path)).toBe(true);
  for (const other of ['stabilityai/sdxl', 'https://example.com/a.safetensors']) expect(isLocalPath(other)).toBe(false);
});
