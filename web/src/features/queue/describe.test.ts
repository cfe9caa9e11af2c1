import { expect, test } from 'vitest';
import { kindOf, promptOf } from './describe';

const item = (name: string, value: unknown) => ({
  field_values: [
    { node_path: 'seed', field_name: 'seed', value: 7 },
    { node_path: 'n', field_name: name, value },
  ],
  origin: null,
  destination: null,
});

test('the prompt is the first text among the values', () => {
  expect(promptOf(item('value', ' a lighthouse '))).toBe('a lighthouse');
  expect(promptOf(item('positive_prompt', 'a lake'))).toBe('a lake');
  expect(promptOf(item('scheduler', 'euler'))).toBeNull();
  expect(promptOf(item('prompt', '  '))).toBeNull();
  expect(promptOf({ field_values: null, origin: null, destination: null })).toBeNull();
});

test('where an item comes from', () => {
  const from = (origin: string | null, destination: string | null) => kindOf({ field_values: null, origin, destination });
  expect(from('workflows', 'gallery')).toBe('workflow');
  expect(from('canvas_workflow:1', 'canvas:2')).toBe('canvas');
  expect(from('upscaling', 'gallery')).toBe('upscale');
  expect(from(null, null)).toBe('picture');
});
