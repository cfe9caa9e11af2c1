import { Button, Loader, Skeleton, Text, Title } from '@mantine/core';
import { IconPhotoSpark } from '@tabler/icons-react';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { fullUrl, type Image, thumbnailUrl, useImages } from '@/api/images';
import { EmptyState } from '@/ui/EmptyState';
import { Notice } from '@/ui/Notice';
import { Picture } from '@/ui/Picture';
import { formatTime } from './dates';
import classes from './Gallery.module.css';
import { tileId } from './tileId';

/** How far before the end of the list the next pictures are fetched. */
const NEAR = '600px';

type Props = {
  /** Tiles of what is being made; they stand before the pictures. */
  leading: ReactNode;
  hasLeading: boolean;
  /** False until pictures may be fetched. */
  ready: boolean;
  imagePath: (name: string) => string;
};

/** All pictures, newest first. The first tile is a large one: what is being made, or the latest picture. */
export function Gallery({ leading, hasLeading, ready, imagePath }: Props) {
  const { t } = useTranslation();
  const images = useImages();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = images;
  const [isNearEnd, setIsNearEnd] = useState(false);
  const watchEnd = useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        setIsNearEnd(entry?.isIntersecting ?? false);
      },
      { scrollMargin: NEAR, rootMargin: NEAR },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  // Scrolling is not an event of React's: the observer says that the end of the list came near.
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const list = images.data?.images ?? [];
  const total = images.data?.total ?? 0;
  return (
    <section className={classes.root} aria-labelledby="gallery-title">
      <header className={classes.header}>
        <Title order={2} size="h4" id="gallery-title">
          {t('gallery.title')}
        </Title>
        {total > 0 && (
          <Text size="sm" c="dimmed">
            {t('gallery.count', { count: total })}
          </Text>
        )}
      </header>
      {images.isError && (
        <Notice kind="error" title={t('gallery.failed')}>
          <Button size="compact-sm" color="red" variant="light" onClick={() => void images.refetch()}>
            {t('app.tryAgain')}
          </Button>
        </Notice>
      )}
      {images.isSuccess && list.length === 0 && !hasLeading && (
        <EmptyState icon={<IconPhotoSpark size={32} stroke={1.6} />} title={t('gallery.empty')} hint={t('gallery.emptyHint')} />
      )}
      <ul className={classes.grid} aria-busy={images.isPending}>
        {leading}
        {images.isPending
          ? Array.from({ length: 12 }, (_, index) => (
              <li key={index} className={classes.cell} aria-hidden="true">
                <Skeleton height="100%" radius="md" />
              </li>
            ))
          : list.map((image, index) => (
              <ImageTile
                key={image.image_name}
                image={image}
                ready={ready}
                isHero={index === 0 && !hasLeading}
                path={imagePath(image.image_name)}
              />
            ))}
      </ul>
      {images.isSuccess && (
        <div ref={watchEnd} className={classes.end}>
          {isFetchingNextPage && <Loader size="sm" aria-label={t('gallery.loadingMore')} />}
          {!hasNextPage && list.length > 24 && t('gallery.end')}
        </div>
      )}
    </section>
  );
}

function ImageTile({ image, ready, isHero, path }: { image: Image; ready: boolean; isHero: boolean; path: string }) {
  const { t, i18n } = useTranslation();
  const label = t('gallery.open', { date: formatTime(image.created_at, i18n.language) });
  return (
    <li className={classes.cell}>
      <Link id={tileId(image.image_name)} to={path} className={classes.link} aria-label={label} preventScrollReset>
        {ready ? (
          <Picture
            src={isHero ? fullUrl(image) : thumbnailUrl(image)}
            alt=""
            fit={isHero ? 'contain' : 'cover'}
            brokenLabel={t('gallery.broken')}
            lazy={!isHero}
          />
        ) : (
          <Skeleton height="100%" />
        )}
      </Link>
    </li>
  );
}
