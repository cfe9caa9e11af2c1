import { expect, test } from 'vitest';
import { brokenRules, looksLikeEmail, passwordRules } from './rules';

const STRICT = { strict_password_checking: true };
const LOOSE = { strict_password_checking: false };

test.each([
  ['Short1', STRICT, ['length']],
  ['alllowercase1', STRICT, ['upper']],
  ['ALLUPPERCASE1', STRICT, ['lower']],
  ['NoNumberHere', STRICT, ['digit']],
  ['Lighthouse1', STRICT, []],
  ['Ünïcödé9é', STRICT, []],
  ['x', LOOSE, []],
  ['Lighthouse1', { ...STRICT, password_min_length: 12 }, ['length']],
  ['Lighthouse12', { ...STRICT, password_min_length: 12 }, []],
  ['Light12', { ...STRICT, password_min_length: 3 }, ['length']],
  ['lit', { ...LOOSE, password_min_length: 4 }, ['length']],
  ['light', { ...LOOSE, password_min_length: 4 }, []],
  ['Lighthouse1', { ...STRICT, password_require_special: true }, ['special']],
  ['Light house1', { ...STRICT, password_require_special: true }, []],
])('the password %s under %o breaks %o', (password, policy, broken) => {
  expect(brokenRules(passwordRules(policy), password).map(({ rule }) => rule)).toEqual(broken);
});

test.each([
  ['admin@example.com', true],
  ['admin@localhost', true],
  [' admin@localhost ', true],
  ['admin', false],
  ['@example.com', false],
  ['a b@example.com', false],
])('%s looks like an address: %s', (text, looks) => {
  expect(looksLikeEmail(text)).toBe(looks);
});
