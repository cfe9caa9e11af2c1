import { ActionIcon, Button, Menu, ScrollArea, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconFolderSymlink, IconStar, IconStarOff, IconTrash, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rightsOn, useBoards, useMoveImages } from '@/api/boards';
import { requestDownload } from '@/api/downloads';
import { type Image, NO_BOARD, useDeleteImages } from '@/api/images';
import { keys } from '@/api/keys';
import { useMember } from '@/api/member';
import { clearSelection, useLooked } from '@/api/view';
import { useShortcut } from '@/shortcuts/useShortcut';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { errorText } from '@/ui/errorText';
import classes from './SelectionBar.module.css';
import { useStarring } from './useStarring';

/** What can be done with the selected pictures. */
export function SelectionBar({ names, isActive }: { names: readonly string[]; isActive: boolean }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const account = useMember();
  const { boardId } = useLooked();
  const star = useStarring();
  const move = useMoveImages();
  const remove = useDeleteImages();
  const [asking, ask] = useDisclosure(false);
  const boards = (useBoards(false).data ?? []).filter((board) => rightsOn(board, account).canAdd && board.board_id !== boardId);

  const failed = (title: string) => (error: Error) => {
    notifications.show({ color: 'red', title, message: errorText(error, t) });
  };
  const isStarred = () => names.every((name) => cache.getQueryData<Image>(keys.image(name))?.starred === true);
  useShortcut(
    'star',
    () => {
      star(names, !isStarred());
    },
    isActive,
  );
  useShortcut('deleteSelection', ask.open, isActive);

  const moveTo = (to: string) => {
    move.mutate({ names, to }, { onSuccess: clearSelection, onError: failed(t('selection.moveFailed')) });
  };

  return (
    <div className={classes.bar} role="toolbar" aria-label={t('selection.label')}>
      <Text size="sm" fw={600} className={classes.count ?? ''}>
        {t('selection.count', { count: names.length })}
      </Text>
      <Action
        label={t('selection.star')}
        icon={<IconStar size={18} />}
        onClick={() => {
          star(names, true);
        }}
      />
      <Action
        label={t('selection.unstar')}
        icon={<IconStarOff size={18} />}
        onClick={() => {
          star(names, false);
        }}
      />
      <Menu position="top" shadow="md" width={240}>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconFolderSymlink size={16} />} loading={move.isPending}>
            {t('selection.move')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ScrollArea.Autosize mah={320}>
            {boardId !== NO_BOARD && (
              <Menu.Item
                onClick={() => {
                  moveTo(NO_BOARD);
                }}
              >
                {t('boards.none')}
              </Menu.Item>
            )}
            {boards.map((board) => (
              <Menu.Item
                key={board.board_id}
                onClick={() => {
                  moveTo(board.board_id);
                }}
              >
                {board.board_name}
              </Menu.Item>
            ))}
            {boards.length === 0 && boardId === NO_BOARD && <Menu.Label>{t('selection.noBoards')}</Menu.Label>}
          </ScrollArea.Autosize>
        </Menu.Dropdown>
      </Menu>
      <Action
        label={t('selection.download')}
        icon={<IconDownload size={18} />}
        onClick={() => {
          requestDownload({ names }).then(
            () => {
              notifications.show({ message: t('selection.downloading') });
            },
            failed(t('selection.downloadFailed')),
          );
        }}
      />
      <Action label={t('selection.delete')} icon={<IconTrash size={18} />} onClick={ask.open} />
      <Action label={t('selection.clear')} icon={<IconX size={18} />} onClick={clearSelection} />
      <ConfirmDialog
        opened={asking}
        danger
        title={t('selection.deleteTitle', { count: names.length })}
        hint={t('selection.deleteHint')}
        confirmLabel={t('viewer.delete')}
        cancelLabel={t('viewer.deleteCancel')}
        isPending={remove.isPending}
        error={remove.error && { title: t('viewer.deleteFailed'), message: remove.error.message }}
        onClose={ask.close}
        onConfirm={() => {
          remove.mutate(names, {
            onSuccess: ({ failed_images: kept }) => {
              ask.close();
              clearSelection();
              if (kept.length > 0) notifications.show({ color: 'red', message: t('selection.kept', { count: kept.length }) });
            },
          });
        }}
      />
    </div>
  );
}

function Action({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={32} aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
