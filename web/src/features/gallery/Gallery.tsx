import { Skeleton } from '@mantine/core';
import { IconPhotoSearch, IconPhotoSpark } from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useImageNames } from '@/api/images';
import { clearSelection, selectAll, useImageView, useSelection } from '@/api/view';
import { useShortcut } from '@/shortcuts/useShortcut';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { Grid } from './Grid';
import classes from './Gallery.module.css';
import { GalleryHeader } from './GalleryHeader';
import { SelectionBar } from './SelectionBar';

type Props = {
  /** The board's name. */
  title: string;
  /** Tiles of what is being made; they stand before the pictures. */
  leading: ReactNode;
  hasLeading: boolean;
  imagePath: (name: string) => string;
  /** Shown with the hint where there are no pictures yet. */
  start?: ReactNode;
  /** Whether the shortcuts are the gallery's, and not those of a picture that is open. */
  isActive: boolean;
};

/** All pictures of the board that is looked at. */
export function Gallery({ title, leading, hasLeading, imagePath, start, isActive }: Props) {
  const { t } = useTranslation();
  const view = useImageView();
  const names = useImageNames(view);
  const scroller = useRef<HTMLDivElement>(null);
  const selected = useSelection((selection) => selection.names);
  const marked = useMemo(() => [...selected], [selected]);
  const list = names.data?.image_names ?? [];

  // Another board, another selection.
  useEffect(() => clearSelection, [view.boardId, view.category]);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [view.boardId, view.category, view.search]);
  useShortcut(
    'selectAll',
    () => {
      selectAll(list);
    },
    isActive && list.length > 0,
  );
  useShortcut('clearSelection', clearSelection, isActive && selected.size > 0);

  const isSearching = view.search !== '';
  return (
    <section className={classes.root} aria-labelledby="gallery-title">
      <GalleryHeader title={title} total={names.data?.total_count ?? 0} view={view} isActive={isActive} />
      <div className={classes.scroller} ref={scroller} id="pictures" data-dim={names.isPlaceholderData || undefined}>
        {hasLeading && <ul className={classes.leading}>{leading}</ul>}
        <ErrorNotice title={t('gallery.failed')} error={names.error} onRetry={() => void names.refetch()} />
        {names.isPending && (
          <div className={classes.skeletons} aria-busy="true">
            {Array.from({ length: 12 }, (_, index) => (
              <Skeleton key={index} radius="md" className={classes.skeleton ?? ''} />
            ))}
          </div>
        )}
        {names.isSuccess && list.length === 0 && !hasLeading && (
          <EmptyState
            icon={isSearching ? <IconPhotoSearch size={32} stroke={1.6} /> : <IconPhotoSpark size={32} stroke={1.6} />}
            title={
              isSearching
                ? t('gallery.nothingFound')
                : view.category === 'assets'
                  ? t('gallery.noAssets')
                  : view.boardId === 'none'
                    ? t('gallery.empty')
                    : t('gallery.emptyBoard')
            }
            hint={
              isSearching
                ? t('gallery.nothingFoundHint')
                : view.category === 'assets'
                  ? t('gallery.noAssetsHint')
                  : t('gallery.emptyHint')
            }
          >
            {!isSearching && start}
          </EmptyState>
        )}
        {list.length > 0 && <Grid names={list} scroller={scroller} imagePath={imagePath} label={title} />}
      </div>
      {selected.size > 0 && <SelectionBar names={marked} isActive={isActive} />}
    </section>
  );
}
