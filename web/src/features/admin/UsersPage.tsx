import { ActionIcon, Badge, Button, Group, Menu, Skeleton, Table, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconArchive,
  IconDots,
  IconKey,
  IconPencil,
  IconSearch,
  IconShield,
  IconShieldOff,
  IconTrash,
  IconUserCheck,
  IconUserOff,
  IconUserPlus,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account, User } from '@/api/auth';
import { nameOf, SYSTEM_USER, useUpdateUser, useUsers } from '@/api/users';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { formatAgo, formatMoment } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import { Card } from '@/ui/Card';
import { AdoptDialog } from './AdoptDialog';
import { DeleteUserDialog } from './DeleteUserDialog';
import { InviteDialog } from './InviteDialog';
import { PasswordDialog } from './PasswordDialog';
import { RenameDialog } from './RenameDialog';
import classes from './UsersPage.module.css';

type Asked = { what: 'rename' | 'password' | 'promote' | 'demote' | 'deactivate' | 'activate' | 'adopt' | 'delete'; user: User };

/** Everybody who may sign in, and what an administrator can do about them. */
export function UsersPage({ account }: { account: Account }) {
  const { t } = useTranslation();
  const users = useUsers();
  const [inviting, setInviting] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLocaleLowerCase();
  const people = (users.data ?? [])
    .filter((user) => user.user_id !== SYSTEM_USER)
    .filter((user) => `${nameOf(user)} ${user.email}`.toLocaleLowerCase().includes(wanted));
  const close = () => {
    setAsked(null);
  };

  return (
    <>
      <Card
        flush
        title={t('admin.users.title')}
        hint={t('admin.users.hint')}
        actions={
          <>
            <TextInput
              size="sm"
              aria-label={t('admin.users.search')}
              placeholder={t('admin.users.search')}
              leftSection={<IconSearch size={16} />}
              value={filter}
              onChange={(event) => {
                setFilter(event.currentTarget.value);
              }}
            />
            <Button
              leftSection={<IconUserPlus size={17} />}
              onClick={() => {
                setInviting(true);
              }}
            >
              {t('admin.users.add')}
            </Button>
          </>
        }
      >
        {users.isPending && <Skeleton height={200} m="lg" />}
        {users.isError && (
          <Notice kind="error" title={t('admin.users.failed')}>
            {users.error.message}
          </Notice>
        )}
        {users.data && people.length === 0 && (
          <EmptyState
            icon={<IconSearch size={28} stroke={1.6} />}
            title={t('admin.users.nobody')}
            hint={t('admin.users.nobodyHint')}
          />
        )}
        {people.length > 0 && (
          <Table verticalSpacing="sm" horizontalSpacing="lg" aria-label={t('admin.users.title')} className={classes.table}>
            <Table.Thead className={classes.head}>
              <Table.Tr>
                <Table.Th>{t('admin.users.name')}</Table.Th>
                <Table.Th w={150}>{t('admin.users.role')}</Table.Th>
                <Table.Th w={160}>{t('admin.users.lastLogin')}</Table.Th>
                <Table.Th w={64}>
                  <span className={classes.hidden}>{t('queuePage.column.actions')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {people.map((user) => (
                <Row
                  key={user.user_id}
                  user={user}
                  own={user.user_id === account.id}
                  now={users.dataUpdatedAt}
                  onAsk={setAsked}
                />
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Card>
      <InviteDialog
        opened={inviting}
        onClose={() => {
          setInviting(false);
        }}
      />
      {asked?.what === 'rename' && <RenameDialog user={asked.user} onClose={close} />}
      {asked?.what === 'password' && <PasswordDialog user={asked.user} onClose={close} />}
      {asked?.what === 'adopt' && <AdoptDialog user={asked.user} onClose={close} />}
      {asked?.what === 'delete' && <DeleteUserDialog user={asked.user} others={users.data ?? []} onClose={close} />}
      {asked && isSwitch(asked.what) && <SwitchDialog what={asked.what} user={asked.user} onClose={close} />}
    </>
  );
}

type RowProps = { user: User; own: boolean; now: number; onAsk: (asked: Asked) => void };

function Row({ user, own, now, onAsk }: RowProps) {
  const { t, i18n } = useTranslation();
  const ask = (what: Asked['what']) => () => {
    onAsk({ what, user });
  };
  return (
    <Table.Tr className={classes.row} data-inactive={!user.is_active || undefined}>
      <Table.Td className={classes.who}>
        <Text fw={550} size="sm" truncate>
          {nameOf(user)}
          {own && <span className={classes.you}> · {t('admin.users.you')}</span>}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {user.email}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={6}>
          {user.is_admin ? (
            <Badge variant="light" radius="sm" tt="none">
              {t('account.admin')}
            </Badge>
          ) : (
            <Text size="sm">{t('admin.users.regular')}</Text>
          )}
          {!user.is_active && (
            <Badge variant="light" color="gray" radius="sm" tt="none">
              {t('admin.users.disabled')}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td className={classes.login}>
        <Text size="sm" c="dimmed" title={formatMoment(user.last_login_at, i18n.language)}>
          <span className={classes.phoneLabel}>{t('admin.users.lastLogin')}: </span>
          {user.last_login_at ? formatAgo(user.last_login_at, now, i18n.language) : t('admin.users.never')}
        </Text>
      </Table.Td>
      <Table.Td>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('admin.users.actions', { name: nameOf(user) })}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={ask('rename')}>
              {t('admin.users.rename.action')}
            </Menu.Item>
            <Menu.Item leftSection={<IconKey size={16} />} onClick={ask('password')}>
              {t('admin.users.password.action')}
            </Menu.Item>
            {user.is_admin ? (
              <Menu.Item leftSection={<IconShieldOff size={16} />} onClick={ask('demote')}>
                {t('admin.users.demote.action')}
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<IconShield size={16} />} onClick={ask('promote')}>
                {t('admin.users.promote.action')}
              </Menu.Item>
            )}
            {user.is_active ? (
              <Menu.Item leftSection={<IconUserOff size={16} />} disabled={own} onClick={ask('deactivate')}>
                {t('admin.users.deactivate.action')}
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<IconUserCheck size={16} />} onClick={ask('activate')}>
                {t('admin.users.activate.action')}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconArchive size={16} />} onClick={ask('adopt')}>
              {t('admin.users.adopt.action')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} disabled={own} onClick={ask('delete')}>
              {t('admin.users.delete.action')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}

const SWITCHES = {
  promote: { is_admin: true },
  demote: { is_admin: false },
  deactivate: { is_active: false },
  activate: { is_active: true },
} as const;
type Switch = keyof typeof SWITCHES;

function isSwitch(what: Asked['what']): what is Switch {
  return what in SWITCHES;
}

/** Asks before a right or the account itself is given or taken. */
function SwitchDialog({ what, user, onClose }: { what: Switch; user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const update = useUpdateUser();
  const name = nameOf(user);
  return (
    <ConfirmDialog
      opened
      title={t(`admin.users.${what}.title`, { name })}
      hint={t(`admin.users.${what}.hint`, { name })}
      confirmLabel={t(`admin.users.${what}.action`)}
      cancelLabel={t('admin.cancel')}
      danger={what === 'deactivate'}
      isPending={update.isPending}
      error={update.error && { title: t('admin.users.changeFailed'), message: update.error.message }}
      onClose={onClose}
      onConfirm={() => {
        update.mutate(
          { id: user.user_id, ...SWITCHES[what] },
          {
            onSuccess: () => {
              notifications.show({ color: 'verdigris', message: t(`admin.users.${what}.done`, { name }) });
              onClose();
            },
          },
        );
      }}
    />
  );
}
