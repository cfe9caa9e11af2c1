import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { usePreference } from '@/api/preferences';
import { useRecords } from '@/api/images';
import { toggleSelected } from '@/api/view';
import classes from './Grid.module.css';
import { Tile } from './Tile';
import { focusTile, useWantedTile } from './tileId';

const GAP = 10;
/** Rows beyond the edges of the window that are kept ready. */
const OVERSCAN = 3;

type Props = {
  names: readonly string[];
  scroller: RefObject<HTMLDivElement | null>;
  imagePath: (name: string) => string;
  label: string;
};

/** The pictures in rows, of which only those near the window exist: a hundred thousand scroll like a hundred. */
export function Grid({ names, scroller, imagePath, label }: Props) {
  const [tileSize] = usePreference('tileSize');
  const list = useRef<HTMLUListElement>(null);
  const [{ width, top }, setPlace] = useState({ width: 0, top: 0 });
  const columns = Math.max(2, Math.floor((width + GAP) / (tileSize + GAP)));
  const side = width === 0 ? tileSize : (width - GAP * (columns - 1)) / columns;

  useLayoutEffect(() => {
    const element = list.current;
    const measure = () => {
      if (element) setPlace({ width: element.clientWidth, top: element.offsetTop });
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (element) observer.observe(element);
    // What is being made comes and goes above the list.
    if (element?.parentElement) for (const child of element.parentElement.children) observer.observe(child);
    return () => {
      observer.disconnect();
    };
  }, []);

  // It gives functions that must not be memoized, so this component is not: nothing below depends on it.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: Math.ceil(names.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => side + GAP,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  useLayoutEffect(() => {
    rows.measure();
  }, [rows, side]);

  const visible = rows.getVirtualItems();
  const from = (visible[0]?.index ?? 0) * columns;
  const to = ((visible.at(-1)?.index ?? -1) + 1) * columns;
  const shown = useMemo(() => names.slice(from, to), [names, from, to]);
  useRecords(shown);

  const wanted = useWantedTile((state) => state.name);
  useLayoutEffect(() => {
    if (wanted === null) return;
    useWantedTile.setState({ name: null });
    const index = names.indexOf(wanted);
    if (index < 0) return;
    rows.scrollToIndex(Math.floor(index / columns), { align: 'auto' });
    focusTile(wanted);
  }, [wanted, names, columns, rows]);

  const moveFocus = (index: number) => {
    const target = Math.min(names.length - 1, Math.max(0, index));
    const name = names[target];
    if (name === undefined) return;
    rows.scrollToIndex(Math.floor(target / columns), { align: 'auto' });
    focusTile(name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const tile = (event.target as HTMLElement).closest('[data-index]');
    const index = Number(tile?.getAttribute('data-index') ?? -1);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = columns * Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / (side + GAP)));
    const moves: Record<string, number> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      ArrowUp: index - columns,
      ArrowDown: index + columns,
      PageUp: index - page,
      PageDown: index + page,
      Home: 0,
      End: names.length - 1,
    };
    const target = moves[event.key];
    const name = names[index];
    if (target !== undefined) moveFocus(target);
    else if (event.key === ' ' && name !== undefined) toggleSelected(name);
    else return;
    event.preventDefault();
  };

  return (
    <ul
      ref={list}
      className={classes.grid}
      aria-label={label}
      style={{ height: rows.getTotalSize() - GAP }}
      onKeyDown={onKeyDown}
    >
      {visible.flatMap((row) =>
        Array.from({ length: columns }, (_, column) => {
          const index = row.index * columns + column;
          const name = names[index];
          if (name === undefined) return null;
          return (
            <Tile
              key={name}
              name={name}
              names={names}
              index={index}
              path={imagePath(name)}
              left={column * (side + GAP)}
              top={row.start - top}
              side={side}
            />
          );
        }),
      )}
    </ul>
  );
}
