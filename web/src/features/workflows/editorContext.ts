import { createContext, useContext } from 'react';
import type { FieldIdentifier } from './document';
import type { Templates } from './graph';

/** What every node on the sheet needs to know of the editor around it. */
export type EditorSurroundings = {
  templates: Templates;
  /** Queue items of the last start, whose node states are shown. */
  items: readonly number[];
  isExposed: (field: FieldIdentifier) => boolean;
  onToggleExposed: (field: FieldIdentifier) => void;
};

export const EditorContext = createContext<EditorSurroundings | null>(null);

export function useEditor(): EditorSurroundings {
  const surroundings = useContext(EditorContext);
  if (surroundings === null) throw new Error('a node is shown outside of the editor');
  return surroundings;
}
