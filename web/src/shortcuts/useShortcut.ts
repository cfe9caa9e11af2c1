// Calls what a shortcut stands for. Of several places that offer the same action, the one that appeared last has it.
import { useEffect, useRef } from 'react';
import { preferences } from '@/api/preferences';
import { type Action, ACTIONS, combination, keysOf } from './registry';

type Handler = () => void;
const offered = new Map<Action, { current: Handler }[]>();
let paused = 0;

/** Nothing is called while a shortcut is being chosen. */
export function usePausedShortcuts(isPaused: boolean) {
  useEffect(() => {
    if (!isPaused) return;
    paused += 1;
    return () => {
      paused -= 1;
    };
  }, [isPaused]);
}

/** Offers an action for as long as the calling component is shown. */
export function useShortcut(action: Action, handler: Handler, enabled = true) {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!enabled) return;
    offered.set(action, [...(offered.get(action) ?? []), latest]);
    return () => {
      offered.set(
        action,
        (offered.get(action) ?? []).filter((one) => one !== latest),
      );
    };
  }, [action, enabled]);
}

/** Whether keys typed there are text. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/** What Ctrl does with text, which a shortcut must not take away from who is typing. */
const EDITING: ReadonlySet<string> = new Set(['mod+a', 'mod+c', 'mod+v', 'mod+x', 'mod+z', 'mod+shift+z', 'mod+y']);

/** Whether a part of the page that has the focus wants a key for itself. */
function isTaken(target: EventTarget | null, pressed: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // What opens with a key of its own (menus, lists) keeps it.
  if (target.closest('[role=menu], [role=listbox]')) return true;
  // A dialog has all of them, unless it offers shortcuts itself.
  const dialog = target.closest('[role=dialog]');
  if (dialog && !dialog.hasAttribute('data-shortcuts')) return true;
  return target instanceof HTMLInputElement && ['range', 'radio'].includes(target.type) && pressed.startsWith('arrow');
}

function listen(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing || paused > 0) return;
  const pressed = combination(event);
  if (pressed === null) return;
  if (isTyping(event.target) && (!/^(?:mod|alt)\+/.test(pressed) || EDITING.has(pressed))) return;
  if (isTaken(event.target, pressed)) return;
  const { shortcuts } = preferences.get();
  for (const action of ACTIONS) {
    const handler = offered.get(action)?.at(-1);
    if (handler && keysOf(action, shortcuts).includes(pressed)) {
      event.preventDefault();
      handler.current();
      return;
    }
  }
}

document.addEventListener('keydown', listen);
