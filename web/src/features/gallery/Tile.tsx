import { UnstyledButton } from '@mantine/core';
import { IconCheck, IconStar, IconStarFilled } from '@tabler/icons-react';
import { memo, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DRAG_TYPE, thumbnailUrl, useKnownImage } from '@/api/images';
import { usePicturesReady } from '@/api/member';
import { selectUpTo, toggleSelected, useSelection } from '@/api/view';
import { formatTime } from '@/ui/dates';
import { Picture } from '@/ui/Picture';
import classes from './Grid.module.css';
import { tileId } from './tileId';
import { useStarring } from './useStarring';

type Props = {
  name: string;
  names: readonly string[];
  index: number;
  path: string;
  left: number;
  top: number;
  side: number;
};

/** One picture of the grid: a link that opens it, marks to select and star it, and something to drag. */
export const Tile = memo(function Tile({ name, names, index, path, left, top, side }: Props) {
  const { t, i18n } = useTranslation();
  const image = useKnownImage(name);
  const ready = usePicturesReady();
  const star = useStarring();
  const isSelected = useSelection((selection) => selection.names.has(name));
  const label = image ? t('gallery.open', { date: formatTime(image.created_at, i18n.language) }) : t('gallery.openUnknown');

  const onClick = (event: MouseEvent) => {
    if (event.shiftKey) selectUpTo(names, name);
    else if (event.ctrlKey || event.metaKey) toggleSelected(name);
    else return;
    event.preventDefault();
  };

  return (
    <li
      className={classes.cell}
      data-index={index}
      data-selected={isSelected || undefined}
      aria-setsize={names.length}
      aria-posinset={index + 1}
      style={{ width: side, height: side, transform: `translate(${left}px, ${top}px)` }}
      draggable
      onDragStart={(event) => {
        const dragged = isSelected ? [...useSelection.getState().names] : [name];
        event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(dragged));
        event.dataTransfer.effectAllowed = 'copyMove';
      }}
    >
      <Link
        id={tileId(name)}
        to={path}
        className={classes.link ?? ''}
        aria-label={label}
        preventScrollReset
        draggable={false}
        onClick={onClick}
      >
        {image && ready && <Picture src={thumbnailUrl(image)} alt="" brokenLabel={t('gallery.broken')} />}
      </Link>
      <UnstyledButton
        className={`${classes.mark ?? ''} ${classes.select ?? ''}`}
        aria-label={t('gallery.select')}
        aria-pressed={isSelected}
        tabIndex={-1}
        onClick={(event) => {
          if (event.shiftKey) selectUpTo(names, name);
          else toggleSelected(name);
        }}
      >
        <IconCheck size={17} stroke={2.6} aria-hidden="true" />
      </UnstyledButton>
      {image && (
        <UnstyledButton
          className={`${classes.mark ?? ''} ${classes.star ?? ''}`}
          aria-label={t('gallery.star')}
          aria-pressed={image.starred}
          tabIndex={-1}
          onClick={() => {
            star([name], !image.starred);
          }}
        >
          {image.starred ? <IconStarFilled size={15} aria-hidden="true" /> : <IconStar size={16} aria-hidden="true" />}
        </UnstyledButton>
      )}
    </li>
  );
});
