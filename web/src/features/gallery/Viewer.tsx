import { ActionIcon, Modal, Skeleton, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/client';
import { type Image, useImage, useImageNames, useRecords } from '@/api/images';
import { usePicturesReady } from '@/api/member';
import { useImageView, useSelection } from '@/api/view';
import { useShortcut } from '@/shortcuts/useShortcut';
import { EmptyState } from '@/ui/EmptyState';
import { Compare } from './Compare';
import { Details, type UseAs, type UsePart } from './Details';
import { useWantedTile } from './tileId';
import classes from './Viewer.module.css';
import { ZoomStage } from './ZoomStage';

type Props = {
  name: string;
  onShow: (name: string) => void;
  onClose: () => void;
  /** Takes settings over from a picture's metadata. */
  onUse: (metadata: Record<string, unknown>, part: UsePart) => void;
  /** Puts the picture itself to use. */
  onUseAs: (image: Image, use: UseAs) => void;
};

const NEIGHBOURS = 3;

/** One picture, as large as it goes, with what is known about it. */
export function Viewer({ name, onShow, onClose, onUse, onUseAs }: Props) {
  const { t } = useTranslation();
  const ready = usePicturesReady();
  const view = useImageView();
  const list = useImageNames(view).data?.image_names;
  const index = list?.indexOf(name) ?? -1;
  const newer = index > 0 ? list?.[index - 1] : undefined;
  const older = index >= 0 ? list?.[index + 1] : undefined;
  const image = useImage(name);
  const [comparedTo, setComparedTo] = useState<string | null>(null);
  const [shown, setShown] = useState(true);
  const selected = useSelection((selection) => selection.names);
  // Those beside it are ready before one goes on.
  useRecords(useMemo(() => (list ?? []).slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1), [list, index]));

  const close = () => {
    onClose();
    // Back to where the reader is in the list, which may be far from where they began.
    useWantedTile.setState({ name });
  };
  const show = (target: string | undefined) => {
    if (target === undefined) return;
    setComparedTo(null);
    onShow(target);
  };
  const partner = firstOther(selected, name) ?? older ?? newer;
  const compare = () => {
    setComparedTo(comparedTo === null ? (partner ?? null) : null);
  };
  useShortcut('previousImage', () => {
    show(newer);
  });
  useShortcut('nextImage', () => {
    show(older);
  });
  useShortcut('compare', compare, partner !== undefined);
  useShortcut('toggleDetails', () => {
    setShown(!shown);
  });

  const step = (target: string | undefined, direction: 'previous' | 'next', icon: React.ReactNode) => (
    <Tooltip label={t(`viewer.${direction}`)}>
      <ActionIcon
        variant="default"
        size="lg"
        radius="xl"
        className={classes[direction] ?? ''}
        aria-label={t(`viewer.${direction}`)}
        disabled={target === undefined}
        onClick={() => {
          show(target);
        }}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );

  return (
    <Modal.Root opened onClose={close} fullScreen>
      <Modal.Content aria-label={t('viewer.title')} data-shortcuts className={classes.content ?? ''}>
        <div className={classes.layout} data-details={shown || undefined}>
          <div className={classes.stage}>
            {image.data && ready && comparedTo === null && <ZoomStage key={name} image={image.data} />}
            {image.data && ready && comparedTo !== null && (
              <Compare
                image={image.data}
                other={comparedTo}
                onSwap={() => {
                  onShow(comparedTo);
                  setComparedTo(name);
                }}
                onClose={() => {
                  setComparedTo(null);
                }}
              />
            )}
            {image.isPending && <Skeleton className={classes.skeleton ?? ''} />}
            {image.isError && <Missing error={image.error} />}
            {comparedTo === null && step(newer, 'previous', <IconArrowLeft size={20} />)}
            {comparedTo === null && step(older, 'next', <IconArrowRight size={20} />)}
            <Tooltip label={t('viewer.close')}>
              <ActionIcon
                variant="default"
                size="lg"
                radius="xl"
                className={classes.close ?? ''}
                aria-label={t('viewer.close')}
                onClick={close}
              >
                <IconX size={20} />
              </ActionIcon>
            </Tooltip>
          </div>
          {shown && (
            <aside className={classes.side} aria-label={t('viewer.details')}>
              {image.data && (
                <Details
                  key={name}
                  image={image.data}
                  onUse={onUse}
                  onUseAs={onUseAs}
                  onCompare={partner === undefined ? null : compare}
                  isComparing={comparedTo !== null}
                  onDeleted={() => {
                    const next = older ?? newer;
                    if (next !== undefined) onShow(next);
                    else close();
                  }}
                />
              )}
            </aside>
          )}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

function firstOther(names: ReadonlySet<string>, name: string): string | undefined {
  for (const one of names) if (one !== name) return one;
  return undefined;
}

function Missing({ error }: { error: Error }) {
  const { t } = useTranslation();
  const isAbsent = error instanceof ApiError && (error.status === 404 || error.status === 403);
  return <EmptyState icon="?" title={isAbsent ? t('viewer.notFound') : error.message} />;
}
