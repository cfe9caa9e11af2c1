import { expect, test } from 'vitest';
import { keepsPasswordRules, looksLikeEmail } from './rules';

test.each([
  ['Short1', false],
  ['alllowercase1', false],
  ['ALLUPPERCASE1', false],
  ['NoNumberHere', false],
  ['Lighthouse1', true],
  ['Ünïcödé9é', true],
])('the password %s keeps the rules: %s', (password, keeps) => {
  expect(keepsPasswordRules(password)).toBe(keeps);
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
