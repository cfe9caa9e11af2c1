// Which pictures are looked at, and where new ones go. Remembered per account.
import { create } from 'zustand';
import type { Account } from './auth';
import { rightsOn, useBoards } from './boards';
import { type ImageView, NO_BOARD } from './images';
import { usePreferences } from './preferences';
import { Remembered, useRemembered } from './remembered';

type Looked = {
  boardId: string;
  /** The board that new pictures go to; null for the one that is looked at. */
  autoAddTo: string | null;
  category: ImageView['category'];
};

export const looked = new Remembered<Looked>({
  key: 'rs.gallery',
  initial: { boardId: NO_BOARD, autoAddTo: null, category: 'images' },
  read: ({ boardId, autoAddTo, category }) => ({
    boardId: typeof boardId === 'string' ? boardId : NO_BOARD,
    autoAddTo: typeof autoAddTo === 'string' ? autoAddTo : null,
    category: category === 'assets' ? 'assets' : 'images',
  }),
});

/** What is looked at: a board that is gone, or no longer shared, is none. */
export function useLooked(): Looked {
  const value = useRemembered(looked, (all) => all);
  const boards = useBoards(true).data;
  const isGone = value.boardId !== NO_BOARD && boards?.some((one) => one.board_id === value.boardId) === false;
  return isGone ? { ...value, boardId: NO_BOARD } : value;
}

/** What is searched for; forgotten with the page. */
export const useSearch = create<{ text: string }>()(() => ({ text: '' }));

export function useImageView(): ImageView {
  const { boardId, category } = useLooked();
  const { starredFirst, oldestFirst } = usePreferences();
  const search = useSearch((state) => state.text);
  return { boardId, category, search, starredFirst, oldestFirst };
}

/** The board that new pictures go to; null for none. A board that is gone or may not be added to takes none. */
export function useAutoAddBoard(account: Account): string | null {
  const { boardId, autoAddTo } = useLooked();
  const boards = useBoards(true).data;
  const wanted = autoAddTo ?? boardId;
  const board = boards?.find((one) => one.board_id === wanted);
  return board && !board.archived && rightsOn(board, account).canAdd ? board.board_id : null;
}

type Selection = { names: ReadonlySet<string>; anchor: string | null };

/** The pictures that were marked to do something with them together. */
export const useSelection = create<Selection>()(() => ({ names: new Set(), anchor: null }));

export function clearSelection() {
  useSelection.setState({ names: new Set(), anchor: null });
}

/** Unmarks pictures that are gone. */
export function deselect(gone: readonly string[]) {
  const { names } = useSelection.getState();
  if (!gone.some((name) => names.has(name))) return;
  const without = new Set(gone);
  useSelection.setState({ names: new Set([...names].filter((name) => !without.has(name))) });
}

export function toggleSelected(name: string) {
  useSelection.setState(({ names }) => {
    const next = new Set(names);
    if (!next.delete(name)) next.add(name);
    return { names: next, anchor: name };
  });
}

/** Marks everything from the last marked picture to this one. */
export function selectUpTo(all: readonly string[], name: string) {
  const { anchor, names } = useSelection.getState();
  const from = anchor === null ? -1 : all.indexOf(anchor);
  const to = all.indexOf(name);
  if (from < 0 || to < 0) {
    toggleSelected(name);
    return;
  }
  const range = all.slice(Math.min(from, to), Math.max(from, to) + 1);
  useSelection.setState({ names: new Set([...names, ...range]), anchor });
}

export function selectAll(all: readonly string[]) {
  useSelection.setState({ names: new Set(all) });
}
