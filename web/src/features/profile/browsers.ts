// What a browser calls itself, in words people know.

const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrom(e|ium)\/|\bHeadlessChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/python/i, 'Python'],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** The browser and the system, as far as they are known; an unknown program is named as it names itself. */
export function browserOf(agent: string | null | undefined): { browser: string | null; system: string | null; isPhone: boolean } {
  const text = agent ?? '';
  const find = (table: readonly [RegExp, string][]) => table.find(([mark]) => mark.test(text))?.[1] ?? null;
  const system = find(SYSTEMS);
  const browser = find(BROWSERS) ?? /^([\w-]+)\//.exec(text)?.[1] ?? null;
  return { browser, system, isPhone: system === 'iPhone' || system === 'Android' };
}
