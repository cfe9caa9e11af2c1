import { create } from 'zustand';

/** The id of a picture's link in the list. */
export function tileId(imageName: string): string {
  return `picture-${imageName}`;
}

/** The picture that the list is to show and to give the focus to; the list forgets it when it did. */
export const useWantedTile = create<{ name: string | null }>()(() => ({ name: null }));

/** How many frames a tile may take to be drawn after the list was scrolled. */
const FRAMES = 20;

export function focusTile(name: string, frames = FRAMES) {
  requestAnimationFrame(() => {
    const tile = document.getElementById(tileId(name));
    if (tile) tile.focus();
    else if (frames > 0) focusTile(name, frames - 1);
  });
}
