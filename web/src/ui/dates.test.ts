import { expect, test } from 'vitest';
import { formatTime, parseTime } from './dates';

test('times of the database are UTC, with or without a zone', () => {
  const expected = Date.UTC(2026, 10, 20, 21, 20, 7, 709);
  for (const text of [
    '2026-11-20 21:20:07.709',
    '2026-11-20T21:20:07.709',
    '2026-11-20T21:20:07.709Z',
    '2026-11-20T22:20:07.709+01:00',
  ]) {
    expect(parseTime(text).getTime()).toBe(expected);
  }
});

test('a text that is no time is shown as it is', () => {
  expect(formatTime('yesterday', 'en')).toBe('yesterday');
});
