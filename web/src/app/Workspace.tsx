import { notifications } from '@mantine/notifications';
import { SegmentedControl, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import type { Account } from '@/api/auth';
import { useBoards } from '@/api/boards';
import type { Image } from '@/api/images';
import { useMember } from '@/api/member';
import { useAllModels } from '@/api/models';
import { usePreference } from '@/api/preferences';
import { useCancel, useQueueItems } from '@/api/queue';
import { useAutoAddBoard, useLooked } from '@/api/view';
import { BoardsPanel } from '@/features/boards/BoardsPanel';
import { Gallery } from '@/features/gallery/Gallery';
import { Viewer } from '@/features/gallery/Viewer';
import type { UseAs } from '@/features/gallery/Details';
import { takeAsInput } from '@/features/generate/DropTargets';
import { recall } from '@/features/generate/recall';
import { settings } from '@/features/generate/settings';
import { QueueStatus } from '@/features/queue/QueueStatus';
import { QueueTiles } from '@/features/queue/QueueTiles';
import { useVisibleItems } from '@/features/queue/visible';
import { upscaleSettings } from '@/features/upscale/settings';
import { toPicture } from '@/pickers/ImageField';
import { useShortcut } from '@/shortcuts/useShortcut';
import { paths } from './paths';
import classes from './Workspace.module.css';

export type PanelProps = { boardId: string | null; status: ReactNode; onStarted: () => void };

type Props = {
  heading: string;
  panelName: string;
  /** What says how pictures are made here. */
  panel: (props: PanelProps) => ReactNode;
  homePath: string;
  imagePath: (name: string) => string;
  /** Shown where there are no pictures yet. */
  start?: ReactNode;
};

type Place = 'panel' | 'pictures' | 'boards';

/** A page where pictures are made: settings, boards, pictures, and one of them large. */
export function Workspace({ heading, panelName, panel, homePath, imagePath, start }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { name } = useParams();
  const account = useMember();
  const queue = useVisibleItems(account);
  const [boardsShown, setBoardsShown] = usePreference('boardsShown');
  const { boardId } = useLooked();
  const autoAdd = useAutoAddBoard(account);
  const board = useBoards(true).data?.find((one) => one.board_id === boardId);
  // Only a phone shows one at a time.
  const [place, setPlace] = useState<Place>('panel');
  const put = usePutToUse(homePath);

  useShortcut('toggleBoards', () => {
    setBoardsShown(!boardsShown);
  });
  useCancelCurrent(account);

  const shown = (one: Place) => (place === one ? true : undefined);
  return (
    <div className={classes.workspace} data-boards={boardsShown || undefined}>
      <VisuallyHidden>
        <h1>{heading}</h1>
      </VisuallyHidden>
      <div className={classes.places}>
        <SegmentedControl
          fullWidth
          size="sm"
          aria-label={t('workspace.places')}
          value={place}
          data={[
            { value: 'panel', label: panelName },
            { value: 'pictures', label: t('gallery.title') },
            { value: 'boards', label: t('boards.title') },
          ]}
          onChange={(chosen) => {
            setPlace(chosen === 'boards' ? 'boards' : chosen === 'pictures' ? 'pictures' : 'panel');
          }}
        />
      </div>
      <div className={classes.panel} data-place data-shown={shown('panel')}>
        {panel({
          boardId: autoAdd,
          status: <QueueStatus unfinished={queue.unfinished} />,
          onStarted: () => {
            setPlace('pictures');
            document.getElementById('pictures')?.scrollTo({ top: 0 });
          },
        })}
      </div>
      {(boardsShown || place === 'boards') && (
        <div className={classes.boards} data-place data-shown={shown('boards')}>
          <BoardsPanel
            onChosen={() => {
              setPlace(place === 'boards' ? 'pictures' : place);
            }}
          />
        </div>
      )}
      <div className={classes.pictures} data-place data-shown={shown('pictures')}>
        <Gallery
          title={board?.board_name ?? t('boards.none')}
          leading={<QueueTiles items={queue.tiles} more={queue.more} />}
          hasLeading={queue.tiles.length > 0}
          imagePath={imagePath}
          start={start}
          isActive={name === undefined}
        />
      </div>
      {name !== undefined && (
        <Viewer
          name={name}
          onShow={(next) => void navigate(imagePath(next), { replace: true })}
          onClose={() => void navigate(homePath)}
          onUse={put.settings}
          onUseAs={put.picture}
        />
      )}
    </div>
  );
}

/** Takes what somebody found in the gallery to the settings. */
function usePutToUse(homePath: string) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const models = useAllModels().data ?? [];
  return {
    settings: (metadata: Record<string, unknown>, part: 'all' | 'prompt' | 'seed' | 'size') => {
      settings.set(recall(metadata, models, part));
      notifications.show({ color: 'verdigris', message: t(`viewer.used.${part}`) });
      void navigate(part === 'all' ? paths.generate() : homePath);
    },
    picture: (image: Image, use: UseAs) => {
      if (use === 'upscale') {
        upscaleSettings.set({ image: toPicture(image) });
        void navigate(paths.upscale());
        return;
      }
      const base = models.find(({ key }) => key === settings.get().modelKey)?.base ?? null;
      takeAsInput(image, use, models, base);
      void navigate(paths.generate());
    },
  };
}

function useCancelCurrent(account: Account) {
  const running = useQueueItems(account).data?.find((item) => item.status === 'in_progress');
  const cancel = useCancel();
  useShortcut(
    'cancelCurrent',
    () => {
      if (running) cancel.mutate(running.id);
    },
    running !== undefined,
  );
}
