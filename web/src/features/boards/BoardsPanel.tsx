import { ActionIcon, ScrollArea, Skeleton, Switch, TextInput, Title, Tooltip } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Board, rightsOn, useBoards, useCreateBoard } from '@/api/boards';
import { NO_BOARD } from '@/api/images';
import { useMember } from '@/api/member';
import { usePreference } from '@/api/preferences';
import { looked, useAutoAddBoard, useLooked } from '@/api/view';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { errorText } from '@/ui/errorText';
import { BoardRow } from './BoardRow';
import classes from './BoardsPanel.module.css';
import { DeleteBoardDialog } from './DeleteBoardDialog';
import { ShareDialog } from './ShareDialog';

const MANY = 8;

/** The boards: one's own, those others share, and for administrators everybody's. */
export function BoardsPanel({ onChosen }: { onChosen: () => void }) {
  const { t } = useTranslation();
  const account = useMember();
  const { boardId } = useLooked();
  const autoAdd = useAutoAddBoard(account);
  const [showArchived, setShowArchived] = usePreference('showArchived');
  const boards = useBoards(showArchived);
  const [search, setSearch] = useState('');
  const [adding, setAdding] = useState(false);
  const addButton = useRef<HTMLButtonElement>(null);
  const [sharing, setSharing] = useState<Board | null>(null);
  const [deleting, setDeleting] = useState<Board | null>(null);

  const all = boards.data ?? [];
  const found = all.filter((board) => board.board_name.toLowerCase().includes(search.trim().toLowerCase()));
  const isShared = (board: Board) =>
    board.user_id !== account.id && (board.access_level != null || (board.board_visibility ?? 'private') !== 'private');
  const sections = [
    { id: 'own', boards: found.filter((board) => board.user_id === account.id) },
    { id: 'shared', boards: found.filter(isShared) },
    { id: 'others', boards: found.filter((board) => board.user_id !== account.id && !isShared(board)) },
  ] as const;

  const choose = (id: string) => {
    looked.set({ boardId: id });
    onChosen();
  };

  return (
    <section className={classes.panel} aria-labelledby="boards-title">
      <header className={classes.header}>
        <Title order={2} size="h5" id="boards-title">
          {t('boards.title')}
        </Title>
        <Tooltip label={t('boards.new')}>
          <ActionIcon
            ref={addButton}
            variant="light"
            aria-label={t('boards.new')}
            onClick={() => {
              setAdding(true);
            }}
          >
            <IconPlus size={18} />
          </ActionIcon>
        </Tooltip>
      </header>
      {adding && (
        <NewBoard
          onDone={(id, byKeyboard) => {
            setAdding(false);
            // The field goes, and with it the focus.
            if (byKeyboard) addButton.current?.focus();
            if (id !== null) choose(id);
          }}
        />
      )}
      {(all.length > MANY || search !== '') && (
        <TextInput
          size="xs"
          className={classes.search ?? ''}
          aria-label={t('boards.search')}
          placeholder={t('boards.search')}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
        />
      )}
      <ScrollArea className={classes.list ?? ''} type="auto" scrollbarSize={8}>
        <ul className={classes.rows} aria-label={t('boards.own')}>
          <BoardRow
            board={null}
            isChosen={boardId === NO_BOARD}
            isAutoAdd={autoAdd === null}
            onChoose={() => {
              choose(NO_BOARD);
            }}
          />
          {boards.isPending && [1, 2, 3].map((index) => <Skeleton key={index} height={44} radius="md" mb={4} />)}
          {sections[0].boards.map((board) => row(board))}
        </ul>
        {sections.slice(1).map(
          (section) =>
            section.boards.length > 0 && (
              <div key={section.id} className={classes.section}>
                <h3 className={classes.heading} id={`boards-${section.id}`}>
                  {t(`boards.${section.id}`)}
                </h3>
                <ul className={classes.rows} aria-labelledby={`boards-${section.id}`}>
                  {section.boards.map((board) => row(board))}
                </ul>
              </div>
            ),
        )}
        <ErrorNotice title={t('boards.failed')} error={boards.error} onRetry={() => void boards.refetch()} />
      </ScrollArea>
      <Switch
        size="xs"
        className={classes.archived ?? ''}
        label={t('boards.showArchived')}
        checked={showArchived}
        onChange={(event) => {
          setShowArchived(event.currentTarget.checked);
        }}
      />
      {sharing && (
        <ShareDialog
          board={sharing}
          onClose={() => {
            setSharing(null);
          }}
        />
      )}
      {deleting && (
        <DeleteBoardDialog
          board={deleting}
          onClose={() => {
            setDeleting(null);
          }}
        />
      )}
    </section>
  );

  function row(board: Board) {
    return (
      <BoardRow
        key={board.board_id}
        board={board}
        rights={rightsOn(board, account)}
        isChosen={boardId === board.board_id}
        isAutoAdd={autoAdd === board.board_id}
        onChoose={() => {
          choose(board.board_id);
        }}
        onShare={() => {
          setSharing(board);
        }}
        onDelete={() => {
          setDeleting(board);
        }}
      />
    );
  }
}

function NewBoard({ onDone }: { onDone: (id: string | null, byKeyboard: boolean) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const create = useCreateBoard();
  return (
    <form
      className={classes.new}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') onDone(null, true);
        else {
          create.mutate(name.trim(), {
            onSuccess: (board) => {
              onDone(board.board_id, true);
            },
          });
        }
      }}
    >
      <TextInput
        autoFocus
        size="sm"
        aria-label={t('boards.name')}
        placeholder={t('boards.name')}
        maxLength={300}
        value={name}
        disabled={create.isPending}
        error={create.error && errorText(create.error, t)}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
        onBlur={() => {
          if (name.trim() === '') onDone(null, false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone(null, true);
        }}
      />
    </form>
  );
}
