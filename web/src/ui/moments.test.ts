import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatSpan, parseMoment, secondsBetween } from './moments';

test('times of the database are UTC, times with a zone keep it', () => {
  expect(parseMoment('2026-11-20 21:20:07.709')?.toISOString()).toBe('2026-11-20T21:20:07.709Z');
  expect(parseMoment('2026-11-20T21:20:07+01:00')?.toISOString()).toBe('2026-11-20T20:20:07.000Z');
  expect(parseMoment('soon')).toBeNull();
  expect(parseMoment(null)).toBeNull();
});

test('spans are told in their two largest units', () => {
  expect(formatSpan(0, 'en')).toBe('0 sec');
  expect(formatSpan(2.34, 'en')).toBe('2.3 sec');
  expect(formatSpan(59, 'en')).toBe('59 sec');
  expect(formatSpan(125, 'en')).toBe('2 min 5 sec');
  expect(formatSpan(7200, 'en')).toBe('2 hr');
  expect(formatSpan(7300, 'en')).toBe('2 hr 1 min');
});

test('a moment that is still to come by a clock that is ahead is now', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  expect(formatAgo('2026-11-20 12:00:09', now, 'en')).toBe('now');
  expect(formatAgo('2026-11-20 11:57:00', now, 'en')).toBe('3 minutes ago');
  expect(formatAgo('2026-11-19 12:00:00', now, 'en')).toBe('yesterday');
});

test('sizes and differences', () => {
  expect(formatBytes(0, 'en')).toBe('0 byte');
  expect(formatBytes(999, 'en')).toBe('999 byte');
  expect(formatBytes(4_265_380_512, 'en')).toBe('4.3 GB');
  expect(secondsBetween('2026-11-20 12:00:00', '2026-11-20 12:00:02.5')).toBe(2.5);
  expect(secondsBetween('2026-11-20 12:00:00', null)).toBeNull();
});
