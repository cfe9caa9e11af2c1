import { expect, test } from 'vitest';
import de from './de.json';
import en from './en.json';

function texts(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? texts(inner, `${path}${key}.`)
      : [[`${path}${key}`, String(inner)] as [string, string]],
  );
}

const english = new Map(texts(en));
const german = new Map(texts(de));

test('both languages have the same texts', () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
});

test('the same values are put into a text in both languages', () => {
  const values = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort();
  const different = [...english].filter(([key, text]) => values(text).join() !== values(german.get(key) ?? '').join());
  expect(different.map(([key]) => key)).toEqual([]);
});

test('no text is empty', () => {
  expect([...english, ...german].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([]);
});
