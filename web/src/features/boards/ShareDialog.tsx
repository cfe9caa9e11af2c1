import {
  ActionIcon,
  Avatar,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/client';
import {
  type Board,
  type Level,
  LEVELS,
  type Share,
  useSetShare,
  useShareCandidates,
  useShares,
  useUpdateBoard,
} from '@/api/boards';
import { ErrorNotice } from '@/ui/ErrorNotice';
import classes from './ShareDialog.module.css';

const VISIBILITIES = ['private', 'shared', 'public'] as const;

/** With whom a board is shared, and what each of them may do. */
export function ShareDialog({ board, onClose }: { board: Board; onClose: () => void }) {
  const { t } = useTranslation();
  const shares = useShares(board.board_id);
  const candidates = useShareCandidates(board.board_id);
  const set = useSetShare(board.board_id);
  // The list of shares is open to who may edit the board; the one of candidates only to who may share it.
  const isRefused = candidates.error instanceof ApiError && candidates.error.status === 403;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('shares.title', { name: board.board_name })}
      closeButtonProps={{ 'aria-label': t('shares.close') }}
    >
      <Stack>
        {isRefused ? (
          <Text size="sm">{t('shares.refused')}</Text>
        ) : (
          <>
            <ErrorNotice title={t('shares.failed')} error={shares.error} onRetry={() => void shares.refetch()} />
            <AddPerson board={board} onAdd={set.mutate} isPending={set.isPending} />
            <ErrorNotice title={t('shares.changeFailed')} error={set.error} />
            {shares.isPending && <Skeleton height={96} radius="md" />}
            {shares.data?.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('shares.nobody')}
              </Text>
            )}
            {shares.data && shares.data.length > 0 && (
              <ul className={classes.people} aria-label={t('shares.people')}>
                {shares.data.map((share) => (
                  <Person key={share.user_id} share={share} onSet={set.mutate} />
                ))}
              </ul>
            )}
            <Levels />
            <Visibility board={board} />
          </>
        )}
      </Stack>
    </Modal>
  );
}

type SetLevel = (change: { userId: string; level: Level | null }) => void;

function useLevelNames() {
  const { t } = useTranslation();
  return LEVELS.map((level) => ({ value: level, label: t(`boards.levels.${level}`) }));
}

function AddPerson({ board, onAdd, isPending }: { board: Board; onAdd: SetLevel; isPending: boolean }) {
  const { t } = useTranslation();
  const candidates = useShareCandidates(board.board_id);
  const levels = useLevelNames();
  const [userId, setUserId] = useState<string | null>(null);
  const [level, setLevel] = useState<Level>('read');
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap" className={classes.add ?? ''}>
      <Select
        flex={1}
        searchable
        label={t('shares.person')}
        placeholder={candidates.data?.length === 0 ? t('shares.noCandidates') : t('shares.choosePerson')}
        nothingFoundMessage={t('shares.nobodyFound')}
        disabled={candidates.data?.length === 0}
        value={userId}
        data={(candidates.data ?? []).map((person) => ({
          value: person.user_id,
          label: nameOf(person),
        }))}
        onChange={setUserId}
      />
      <Select
        w={120}
        label={t('shares.level')}
        allowDeselect={false}
        value={level}
        data={levels}
        onChange={(chosen) => {
          const known = LEVELS.find((one) => one === chosen);
          if (known) setLevel(known);
        }}
      />
      <Button
        leftSection={<IconUserPlus size={17} />}
        disabled={userId === null}
        loading={isPending}
        onClick={() => {
          if (userId === null) return;
          onAdd({ userId, level });
          setUserId(null);
        }}
      >
        {t('shares.add')}
      </Button>
    </Group>
  );
}

function nameOf({ display_name: name, email }: { display_name: string | null; email: string }): string {
  return name === null || name === '' ? email : `${name} (${email})`;
}

function Person({ share, onSet }: { share: Share; onSet: SetLevel }) {
  const { t } = useTranslation();
  const levels = useLevelNames();
  const name = share.display_name ?? share.email;
  return (
    <li className={classes.person}>
      <Avatar size={32} name={name} color="verdigris" aria-hidden="true" />
      <span className={classes.words}>
        <Text size="sm" fw={550} truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {share.email}
        </Text>
      </span>
      <Select
        size="xs"
        w={110}
        aria-label={t('shares.levelOf', { name })}
        allowDeselect={false}
        value={share.level}
        data={levels}
        onChange={(chosen) => {
          const level = LEVELS.find((one) => one === chosen);
          if (level && level !== share.level) onSet({ userId: share.user_id, level });
        }}
      />
      <Tooltip label={t('shares.remove')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('shares.removeOf', { name })}
          onClick={() => {
            onSet({ userId: share.user_id, level: null });
          }}
        >
          <IconUserMinus size={17} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}

/** What the levels allow, as the guide says it. */
function Levels() {
  const { t } = useTranslation();
  return (
    <dl className={classes.levels}>
      {LEVELS.map((level) => (
        <div key={level}>
          <dt>{t(`boards.levels.${level}`)}</dt>
          <dd>{t(`shares.may.${level}`)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Visibility({ board }: { board: Board }) {
  const { t } = useTranslation();
  const update = useUpdateBoard();
  const [value, setValue] = useState(board.board_visibility ?? 'private');
  return (
    <div>
      <Text size="sm" fw={550} mb={4}>
        {t('shares.visibility')}
      </Text>
      <SegmentedControl
        fullWidth
        aria-label={t('shares.visibility')}
        value={value}
        data={VISIBILITIES.map((one) => ({ value: one, label: t(`boards.visibilities.${one}`) }))}
        onChange={(chosen) => {
          const visibility = VISIBILITIES.find((one) => one === chosen);
          if (!visibility) return;
          setValue(visibility);
          update.mutate(
            { id: board.board_id, changes: { board_visibility: visibility } },
            {
              onError: (error) => {
                setValue(board.board_visibility ?? 'private');
                notifications.show({ color: 'red', title: t('shares.changeFailed'), message: error.message });
              },
            },
          );
        }}
      />
      <Text size="xs" c="dimmed" mt={6}>
        {t(`boards.visibilityHints.${value}`)}
      </Text>
    </div>
  );
}
