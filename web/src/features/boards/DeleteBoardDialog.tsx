import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Board, useDeleteBoard } from '@/api/boards';
import { NO_BOARD } from '@/api/images';
import { looked } from '@/api/view';
import { ConfirmDialog } from '@/ui/ConfirmDialog';

/** Asks before a board goes, and whether its pictures go with it. */
export function DeleteBoardDialog({ board, onClose }: { board: Board; onClose: () => void }) {
  const { t } = useTranslation();
  const [withImages, setWithImages] = useState(false);
  const remove = useDeleteBoard();
  const count = board.image_count + board.asset_count;
  return (
    <ConfirmDialog
      opened
      danger
      title={t('boards.deleteTitle', { name: board.board_name })}
      hint={withImages ? t('boards.deleteWithHint', { count }) : t('boards.deleteHint')}
      confirmLabel={t('boards.delete')}
      cancelLabel={t('boards.cancel')}
      isPending={remove.isPending}
      error={remove.error && { title: t('boards.deleteFailed'), message: remove.error.message }}
      onClose={onClose}
      onConfirm={() => {
        remove.mutate(
          { id: board.board_id, withImages },
          {
            onSuccess: () => {
              const { boardId, autoAddTo } = looked.get();
              if (boardId === board.board_id) looked.set({ boardId: NO_BOARD });
              if (autoAddTo === board.board_id) looked.set({ autoAddTo: null });
              onClose();
            },
          },
        );
      }}
    >
      {count > 0 && (
        <Checkbox
          label={t('boards.deleteWith', { count })}
          checked={withImages}
          onChange={(event) => {
            setWithImages(event.currentTarget.checked);
          }}
        />
      )}
    </ConfirmDialog>
  );
}
