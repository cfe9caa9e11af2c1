import { expect, test } from 'vitest';
import { ACTIONS, combination, keyCaps, keysOf, usualKeys } from './registry';

const press = (key: string, changes: Partial<KeyboardEvent> = {}) =>
  combination({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...changes });

test.each([
  ['a letter', press('a'), 'a'],
  ['a capital', press('A', { shiftKey: true }), 'shift+a'],
  ['a character that needs Shift', press('?', { shiftKey: true }), '?'],
  ['Ctrl and Enter', press('Enter', { ctrlKey: true }), 'mod+enter'],
  ['Command and Enter', press('Enter', { metaKey: true }), 'mod+enter'],
  ['Shift and a named key', press('ArrowLeft', { shiftKey: true }), 'shift+arrowleft'],
  ['Alt on a keyboard that writes å', press('å', { altKey: true, code: 'KeyA' }), 'alt+a'],
  ['a modifier alone', press('Shift', { shiftKey: true }), null],
])('%s', (_, pressed, written) => {
  expect(pressed).toBe(written);
});

test('a changed shortcut replaces the usual one, and no keys turn it off', () => {
  expect(keysOf('star', {})).toEqual(['.']);
  expect(keysOf('star', { star: ['x'] })).toEqual(['x']);
  expect(keysOf('star', { star: [] })).toEqual([]);
});

test('no two usual shortcuts share keys', () => {
  const all = ACTIONS.flatMap((action) => usualKeys(action));
  expect(new Set(all).size).toBe(all.length);
});

test('keys are written as on the keyboard', () => {
  expect(keyCaps('mod+shift+x')).toEqual(['Ctrl', 'Shift', 'X']);
  expect(keyCaps('+')).toEqual(['+']);
  expect(keyCaps('mod++')).toEqual(['Ctrl', '+']);
});
