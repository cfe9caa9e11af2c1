// How a person wants the pages to be, wherever they sign in.
import { Remembered, useRemembered } from './remembered';

export const THEMES = ['light', 'dark', 'auto'] as const;
export type Theme = (typeof THEMES)[number];

export type Preferences = {
  theme: Theme;
  /** A language tag of src/locales, or null for the browser's. */
  language: string | null;
  /** Keys of the shortcuts that differ from the usual ones, by action; no keys turn a shortcut off. */
  shortcuts: Readonly<Record<string, readonly string[]>>;
  /** The tab that opens first: the last one used. */
  lastTab: string;
  /** Pixels from edge to edge of a picture in the grid. */
  tileSize: number;
  starredFirst: boolean;
  oldestFirst: boolean;
  showArchived: boolean;
  boardsShown: boolean;
};

export const DEFAULTS: Preferences = {
  theme: 'auto',
  language: null,
  shortcuts: {},
  lastTab: 'generate',
  tileSize: 172,
  starredFirst: true,
  oldestFirst: false,
  showArchived: false,
  boardsShown: true,
};

function readPreferences(saved: Record<string, unknown>): Preferences {
  const flag = (name: 'starredFirst' | 'oldestFirst' | 'showArchived' | 'boardsShown') => {
    const value = saved[name];
    return typeof value === 'boolean' ? value : DEFAULTS[name];
  };
  const { theme, language, lastTab, tileSize, shortcuts } = saved;
  return {
    theme: THEMES.find((known) => known === theme) ?? DEFAULTS.theme,
    language: typeof language === 'string' ? language : null,
    shortcuts: readShortcuts(shortcuts),
    lastTab: typeof lastTab === 'string' ? lastTab : DEFAULTS.lastTab,
    tileSize: typeof tileSize === 'number' ? Math.min(400, Math.max(80, tileSize)) : DEFAULTS.tileSize,
    starredFirst: flag('starredFirst'),
    oldestFirst: flag('oldestFirst'),
    showArchived: flag('showArchived'),
    boardsShown: flag('boardsShown'),
  };
}

function readShortcuts(saved: unknown): Preferences['shortcuts'] {
  if (typeof saved !== 'object' || saved === null) return {};
  return Object.fromEntries(
    Object.entries(saved).flatMap(([action, keys]: [string, unknown]) =>
      Array.isArray(keys) ? [[action, keys.filter((key) => typeof key === 'string')]] : [],
    ),
  );
}

export const preferences = new Remembered<Preferences>({ key: 'rs.preferences', initial: DEFAULTS, read: readPreferences });

export function usePreferences(): Preferences {
  return useRemembered(preferences, (value) => value);
}

export function usePreference<K extends keyof Preferences>(name: K): [Preferences[K], (value: Preferences[K]) => void] {
  return [
    useRemembered(preferences, (value) => value[name]),
    (value) => {
      preferences.set({ [name]: value });
    },
  ];
}
