// Times, spans and sizes in the reader's language.
import { parseTime } from './dates';

/** The server's times; those of the database are UTC without saying so. `null` for a text that is none. */
export function parseMoment(text: string | null | undefined): Date | null {
  if (text === null || text === undefined || text === '') return null;
  const time = parseTime(text);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** Day and minute; today and yesterday by the time alone would need a second look, so the day is always there. */
export function formatMoment(text: string | null | undefined, language: string): string {
  const time = parseMoment(text);
  return time === null ? '' : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago, in one unit: "3 minutes ago". */
export function formatAgo(text: string | null | undefined, now: number, language: string): string {
  const time = parseMoment(text);
  if (time === null) return '';
  const seconds = Math.min(0, Math.round((time.getTime() - now) / 1000));
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (-seconds >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** A span in its two largest units: "2 min 5 s". */
export function formatSpan(seconds: number, language: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const unit = (value: number, name: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  if (seconds < 10 && seconds > 0) {
    return new Intl.NumberFormat(language, {
      style: 'unit',
      unit: 'second',
      unitDisplay: 'short',
      maximumFractionDigits: 1,
    }).format(seconds);
  }
  if (whole < 60) return unit(whole, 'second');
  if (whole < 3600)
    return [unit(Math.floor(whole / 60), 'minute'), whole % 60 > 0 && unit(whole % 60, 'second')].filter(Boolean).join(' ');
  const minutes = Math.floor((whole % 3600) / 60);
  return [unit(Math.floor(whole / 3600), 'hour'), minutes > 0 && unit(minutes, 'minute')].filter(Boolean).join(' ');
}

/** Seconds between two of the server's times; `null` while one is missing. */
export function secondsBetween(from: string | null | undefined, to: string | null | undefined): number | null {
  const [start, end] = [parseMoment(from), parseMoment(to)];
  return start === null || end === null ? null : (end.getTime() - start.getTime()) / 1000;
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes in powers of a thousand, as disks are sold. */
export function formatBytes(bytes: number, language: string): string {
  const power = bytes < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: SIZES[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: power > 0 && value < 100 ? 1 : 0,
  }).format(value);
}
