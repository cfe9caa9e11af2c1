import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './locales/en.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}

const STORAGE_KEY = 'invokeai-rs.language';

// English comes with the page; every other file in src/locales is fetched when somebody wants it.
const others = import.meta.glob<{ default: Record<string, unknown> }>(['./locales/*.json', '!./locales/en.json']);

/** The languages there are texts for. */
export const LANGUAGES: readonly string[] = ['en', ...Object.keys(others).map((path) => path.replace(/^.*\/|\.json$/g, ''))];

/** A language's name in that language. */
export function languageName(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** The language to use: the wanted one, else the first of the browser's that there are texts for. */
export function chooseLanguage(wanted: string | null): string {
  const asked = wanted === null ? navigator.languages : [wanted];
  return asked.map((tag) => tag.split('-')[0] ?? tag).find((tag) => LANGUAGES.includes(tag)) ?? 'en';
}

/** Shows the pages in another language; `null` is the browser's. */
export async function showLanguage(wanted: string | null): Promise<void> {
  const language = chooseLanguage(wanted);
  const load = others[`./locales/${language}.json`];
  if (load && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await load()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    // The sign-in page does not know yet who comes.
    if (wanted === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, wanted);
  } catch {
    // Without storage the sign-in page speaks the browser's language.
  }
}

/** The language that was last chosen in this browser. */
export function lastLanguage(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
});

export default i18next;
