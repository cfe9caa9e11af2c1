import { ActionIcon, Menu, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconArchive,
  IconArchiveOff,
  IconDotsVertical,
  IconDownload,
  IconFolder,
  IconPencil,
  IconPhoto,
  IconPhotoDown,
  IconTrash,
  IconUsers,
  IconUserShare,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Board, type Rights, useMoveImages, useUpdateBoard } from '@/api/boards';
import { requestDownload } from '@/api/downloads';
import { DRAG_TYPE, draggedNames, NO_BOARD, thumbnailOf } from '@/api/images';
import { usePicturesReady } from '@/api/member';
import { clearSelection, looked, useLooked } from '@/api/view';
import { errorText } from '@/ui/errorText';
import { Picture } from '@/ui/Picture';
import classes from './BoardsPanel.module.css';

type Props = {
  /** Null for what lies on no board. */
  board: Board | null;
  rights?: Rights;
  isChosen: boolean;
  isAutoAdd: boolean;
  onChoose: () => void;
  onShare?: () => void;
  onDelete?: () => void;
};

/** One board: choose it, drop pictures on it, and its menu. */
export function BoardRow({ board, rights, isChosen, isAutoAdd, onChoose, onShare, onDelete }: Props) {
  const { t } = useTranslation();
  const ready = usePicturesReady();
  const move = useMoveImages();
  const [isOver, setIsOver] = useState(false);
  const [menuOpened, setMenuOpened] = useState(false);
  const [renaming, setRenaming] = useState(false);
  /** Whether the row takes the focus over from the field in which it was renamed. */
  const takesFocus = useRef(false);
  const canDrop = board === null || (rights?.canAdd === true && !board.archived);
  const level = board?.access_level ?? null;
  const visibility = board?.board_visibility ?? 'private';
  const isShared = board !== null && (visibility !== 'private' || (board.shared_with_count ?? 0) > 0 || level !== null);
  const cover = board?.cover_image_name ?? null;

  if (board && renaming) {
    return (
      <li className={classes.row}>
        <Rename
          board={board}
          onDone={(byKeyboard) => {
            takesFocus.current = byKeyboard;
            setRenaming(false);
          }}
        />
      </li>
    );
  }
  return (
    <li
      className={classes.row}
      data-chosen={isChosen || undefined}
      data-over={isOver || undefined}
      data-archived={board?.archived === true || undefined}
      onContextMenu={(event) => {
        if (board === null) return;
        event.preventDefault();
        setMenuOpened(true);
      }}
      onDragOver={(event) => {
        if (!canDrop || !event.dataTransfer.types.includes(DRAG_TYPE)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => {
        setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        const names = draggedNames(event.dataTransfer);
        if (names.length === 0) return;
        move.mutate(
          { names, to: board?.board_id ?? NO_BOARD },
          {
            onSuccess: clearSelection,
            onError: (error) => {
              notifications.show({ color: 'red', title: t('selection.moveFailed'), message: errorText(error, t) });
            },
          },
        );
      }}
    >
      <UnstyledButton
        ref={(button) => {
          if (button && takesFocus.current) button.focus();
          takesFocus.current = false;
        }}
        className={classes.choose ?? ''}
        aria-current={isChosen || undefined}
        onClick={onChoose}
      >
        <span className={classes.cover}>
          {cover !== null && ready ? (
            <Picture src={thumbnailOf(cover)} alt="" brokenLabel="" lazy />
          ) : board === null ? (
            <IconPhoto size={18} stroke={1.6} aria-hidden="true" />
          ) : (
            <IconFolder size={18} stroke={1.6} aria-hidden="true" />
          )}
        </span>
        <span className={classes.words}>
          <span className={classes.name}>{board?.board_name ?? t('boards.none')}</span>
          <span className={classes.facts}>
            {isAutoAdd && (
              <span className={classes.auto} title={t('boards.autoHint')}>
                {t('boards.auto')}
              </span>
            )}
            {board && <span>{t('boards.count', { count: board.image_count + board.asset_count })}</span>}
            {board?.archived === true && <span>{t('boards.archived')}</span>}
            {isShared && (
              <Tooltip label={sharedHint()} multiline maw={240}>
                <IconUsers size={14} aria-label={t('boards.sharedIcon')} role="img" />
              </Tooltip>
            )}
            {level !== null && <span>{t(`boards.levels.${level}`)}</span>}
            {level === null && isShared && rights?.isOwn === false && <span>{t(`boards.visibilities.${visibility}`)}</span>}
          </span>
        </span>
      </UnstyledButton>
      {board && rights && (
        <BoardMenu
          board={board}
          rights={rights}
          opened={menuOpened}
          onOpened={setMenuOpened}
          onRename={() => {
            setRenaming(true);
          }}
          {...(onShare && { onShare })}
          {...(onDelete && { onDelete })}
        />
      )}
    </li>
  );

  function sharedHint(): string {
    if (rights?.isOwn === true || board?.shared_by == null) {
      const count = board?.shared_with_count ?? 0;
      return count > 0 ? t('boards.sharedWith', { count }) : t(`boards.visibilityHints.${visibility}`);
    }
    return t('boards.sharedBy', { name: board.shared_by });
  }
}

function BoardMenu({
  board,
  rights,
  opened,
  onOpened,
  onRename,
  onShare,
  onDelete,
}: {
  board: Board;
  rights: Rights;
  opened: boolean;
  onOpened: (opened: boolean) => void;
  onRename: () => void;
  onShare?: () => void;
  onDelete?: () => void;
}) {
  const { t } = useTranslation();
  const update = useUpdateBoard();
  const { autoAddTo } = useLooked();
  const failed = (error: Error) => {
    notifications.show({ color: 'red', title: t('boards.changeFailed'), message: errorText(error, t) });
  };
  const isPinned = autoAddTo === board.board_id;
  return (
    <Menu opened={opened} onChange={onOpened} position="bottom-end" shadow="md" width={250}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          className={classes.menu ?? ''}
          aria-label={t('boards.menu', { name: board.board_name })}
        >
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPhotoDown size={16} />}
          disabled={!rights.canAdd || board.archived}
          onClick={() => {
            looked.set({ autoAddTo: isPinned ? null : board.board_id });
          }}
        >
          {isPinned ? t('boards.autoFollow') : t('boards.autoPin')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconDownload size={16} />}
          disabled={board.image_count + board.asset_count === 0}
          onClick={() => {
            requestDownload({ boardId: board.board_id }).then(() => {
              notifications.show({ message: t('selection.downloading') });
            }, failed);
          }}
        >
          {t('boards.download')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconPencil size={16} />} disabled={!rights.canEdit} onClick={onRename}>
          {t('boards.rename')}
        </Menu.Item>
        <Menu.Item leftSection={<IconUserShare size={16} />} disabled={!rights.canShare} {...(onShare && { onClick: onShare })}>
          {t('boards.share')}
        </Menu.Item>
        <Menu.Item
          leftSection={board.archived ? <IconArchiveOff size={16} /> : <IconArchive size={16} />}
          disabled={!rights.canEdit}
          onClick={() => {
            update.mutate({ id: board.board_id, changes: { archived: !board.archived } }, { onError: failed });
          }}
        >
          {board.archived ? t('boards.unarchive') : t('boards.archive')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          disabled={!rights.canDelete}
          {...(onDelete && { onClick: onDelete })}
        >
          {t('boards.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Rename({ board, onDone }: { board: Board; onDone: (byKeyboard: boolean) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(board.board_name);
  const update = useUpdateBoard();
  const save = (byKeyboard: boolean) => {
    const changed = name.trim();
    if (changed === '' || changed === board.board_name) onDone(byKeyboard);
    else {
      update.mutate(
        { id: board.board_id, changes: { board_name: changed } },
        {
          onSuccess: () => {
            onDone(byKeyboard);
          },
        },
      );
    }
  };
  return (
    <TextInput
      autoFocus
      flex={1}
      p={4}
      size="sm"
      aria-label={t('boards.name')}
      maxLength={300}
      value={name}
      error={update.error && errorText(update.error, t)}
      onFocus={(event) => {
        event.currentTarget.select();
      }}
      onChange={(event) => {
        setName(event.currentTarget.value);
      }}
      onBlur={() => {
        save(false);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save(true);
        if (event.key === 'Escape') onDone(true);
      }}
    />
  );
}
