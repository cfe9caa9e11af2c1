import { expect, test } from 'vitest';
import { browserOf } from './browsers';

test('browsers are told apart although they all claim to be one another', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
  expect(browserOf(chrome)).toEqual({ browser: 'Chrome', system: 'Linux', isPhone: false });
  expect(browserOf(`${chrome} Edg/140.0.0.0`).browser).toBe('Edge');
  const iphone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
  expect(browserOf(iphone)).toEqual({ browser: 'Safari', system: 'iPhone', isPhone: true });
  expect(browserOf('Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0')).toEqual({
    browser: 'Firefox',
    system: 'Android',
    isPhone: true,
  });
});

test('programs are named as they name themselves', () => {
  expect(browserOf('invoke-sync/1.2').browser).toBe('invoke-sync');
  expect(browserOf(null)).toEqual({ browser: null, system: null, isPhone: false });
});
