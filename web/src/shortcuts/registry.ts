// Every keyboard shortcut of the pages: what it is called in the texts, where it belongs, and its usual keys.
// `mod` is Ctrl, on Apple's keyboards Command.

export const GROUPS = ['app', 'generate', 'gallery', 'viewer', 'workflows'] as const;
export type Group = (typeof GROUPS)[number];

const DEFINITIONS = {
  help: { group: 'app', keys: ['?'] },
  tabGenerate: { group: 'app', keys: ['1'] },
  tabUpscale: { group: 'app', keys: ['2'] },
  tabWorkflows: { group: 'app', keys: ['3'] },
  tabModels: { group: 'app', keys: ['4'] },
  tabQueue: { group: 'app', keys: ['5'] },
  invoke: { group: 'generate', keys: ['mod+enter'] },
  invokeFront: { group: 'generate', keys: ['mod+shift+enter'] },
  cancelCurrent: { group: 'generate', keys: ['shift+x'] },
  focusPrompt: { group: 'generate', keys: ['alt+a'] },
  randomSeed: { group: 'generate', keys: ['shift+r'] },
  gallerySearch: { group: 'gallery', keys: ['/'] },
  selectAll: { group: 'gallery', keys: ['mod+a'] },
  clearSelection: { group: 'gallery', keys: ['escape'] },
  star: { group: 'gallery', keys: ['.'] },
  deleteSelection: { group: 'gallery', keys: ['delete', 'backspace'] },
  toggleBoards: { group: 'gallery', keys: ['b'] },
  useAll: { group: 'viewer', keys: ['a'] },
  usePrompt: { group: 'viewer', keys: ['p'] },
  useSeed: { group: 'viewer', keys: ['s'] },
  useSize: { group: 'viewer', keys: ['d'] },
  compare: { group: 'viewer', keys: ['c'] },
  download: { group: 'viewer', keys: ['shift+d'] },
  toggleDetails: { group: 'viewer', keys: ['i'] },
  zoomIn: { group: 'viewer', keys: ['+', '='] },
  zoomOut: { group: 'viewer', keys: ['-'] },
  zoomFit: { group: 'viewer', keys: ['0'] },
  previousImage: { group: 'viewer', keys: ['arrowleft'] },
  nextImage: { group: 'viewer', keys: ['arrowright'] },
  saveWorkflow: { group: 'workflows', keys: ['mod+s'] },
  addNode: { group: 'workflows', keys: ['shift+a'] },
} as const satisfies Record<string, { group: Group; keys: readonly string[] }>;

export type Action = keyof typeof DEFINITIONS;
export const ACTIONS = Object.keys(DEFINITIONS) as Action[];

export function groupOf(action: Action): Group {
  return DEFINITIONS[action].group;
}

export function usualKeys(action: Action): readonly string[] {
  return DEFINITIONS[action].keys;
}

/** The keys of an action for somebody who changed some. */
export function keysOf(action: Action, changed: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return changed[action] ?? usualKeys(action);
}

export function isApple(): boolean {
  return /Mac|iP(hone|ad|od)/.test(navigator.userAgent);
}

const MODIFIERS: ReadonlySet<string> = new Set(['control', 'meta', 'shift', 'alt', 'altgraph', 'capslock', 'dead']);

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** What was pressed, as the registry writes it (`mod+shift+x`); null for a modifier alone. */
export function combination(event: KeyPress): string | null {
  // With Alt, Apple's keyboards write other characters: the key itself counts.
  const letter = event.altKey ? /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] : undefined;
  const key = (letter ?? (event.key === ' ' ? 'space' : event.key)).toLowerCase();
  if (MODIFIERS.has(key)) return null;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('mod');
  if (event.altKey) parts.push('alt');
  // Shift belongs to the character where it makes another one, as in `?`.
  if (event.shiftKey && (key.length > 1 || key !== key.toUpperCase())) parts.push('shift');
  return [...parts, key].join('+');
}

const NAMES: Readonly<Record<string, string>> = {
  enter: '↵',
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  escape: 'Esc',
  delete: 'Del',
  backspace: '⌫',
  space: 'Space',
};

/** A combination as people read it, key by key. */
export function keyCaps(combination: string): string[] {
  const apple = isApple();
  const modifiers: Record<string, string> = apple
    ? { mod: '⌘', shift: '⇧', alt: '⌥' }
    : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt' };
  // `+` itself may be the key.
  const parts =
    combination === '+'
      ? ['+']
      : combination.endsWith('++')
        ? [...combination.slice(0, -2).split('+'), '+']
        : combination.split('+');
  return parts.map((part) => modifiers[part] ?? NAMES[part] ?? part.toUpperCase());
}
