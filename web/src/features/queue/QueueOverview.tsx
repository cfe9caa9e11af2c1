import { Group, Pagination, Select, Skeleton, Table, Text, UnstyledButton } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/auth';
import type { QueueItemStatus } from '@/api/queue';
import { OVERVIEW_PAGE, type QueueOverview as Overview, useQueueOverview } from '@/api/queueList';
import { useUserNames } from '@/api/users';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { formatSpan } from '@/ui/moments';
import { Card } from '@/ui/Card';
import { ItemDetails } from './ItemDetails';
import { QueueActions } from './QueuePage';
import { QueueRows } from './QueueRows';
import classes from './QueueOverview.module.css';

const STATUSES = [
  'pending',
  'in_progress',
  'waiting',
  'completed',
  'failed',
  'canceled',
] as const satisfies readonly QueueItemStatus[];

type Props = { account: Account; imagePath: (name: string) => string };

/** Everybody's part of the queue, for administrators: who has what in it, how long each will wait, and every item. */
export function QueueOverview({ account, imagePath }: Props) {
  const { t } = useTranslation();
  const [userId, setUserId] = useState<string | null>(null);
  const [status, setStatus] = useState<QueueItemStatus | null>(null);
  const [page, setPage] = useState(1);
  const [details, setDetails] = useState<number | null>(null);
  const everybody = useQueueOverview({ userId: null, status: null, offset: 0 });
  const overview = useQueueOverview({ userId, status, offset: (page - 1) * OVERVIEW_PAGE });
  const names = useUserNames(account.id);
  const total = overview.data ? totalOf(overview.data.totals, status) : 0;
  const filter = (change: () => void) => {
    change();
    setPage(1);
  };

  return (
    <>
      <Card
        flush
        title={t('queuePage.overview.byUser')}
        hint={t('queuePage.overview.byUserHint')}
        actions={<QueueActions account={account} />}
      >
        {everybody.isPending && <Skeleton height={140} m="lg" />}
        <ErrorNotice title={t('queuePage.failed')} error={everybody.error} onRetry={() => void everybody.refetch()} />
        {everybody.data && (
          <Users
            overview={everybody.data}
            nameOf={names}
            chosen={userId}
            onChoose={(id) => {
              filter(() => {
                setUserId(id === userId ? null : id);
              });
            }}
          />
        )}
      </Card>
      <Card
        flush
        title={t('queuePage.overview.items')}
        hint={t('queuePage.overview.count', { count: total })}
        actions={
          <Group gap="xs">
            <Select
              size="xs"
              w={190}
              clearable
              searchable
              aria-label={t('queuePage.overview.user')}
              placeholder={t('queuePage.overview.everybody')}
              value={userId}
              data={(everybody.data?.users ?? []).map(({ user_id: id }) => ({ value: id, label: names(id) }))}
              onChange={(id) => {
                filter(() => {
                  setUserId(id);
                });
              }}
            />
            <Select
              size="xs"
              w={150}
              clearable
              aria-label={t('queuePage.column.status')}
              placeholder={t('queuePage.overview.everyStatus')}
              value={status}
              data={STATUSES.map((value) => ({ value, label: t(`queuePage.status.${value}`) }))}
              onChange={(value) => {
                filter(() => {
                  setStatus(STATUSES.find((known) => known === value) ?? null);
                });
              }}
            />
          </Group>
        }
      >
        {overview.isPending && <Skeleton height={220} m="lg" />}
        <ErrorNotice title={t('queuePage.failed')} error={overview.error} onRetry={() => void overview.refetch()} />
        {overview.data?.items.length === 0 && (
          <EmptyState
            icon={<IconStack2 size={30} stroke={1.6} />}
            title={t('queuePage.nothing')}
            hint={t('queuePage.overview.nothingHint')}
          />
        )}
        {overview.data && overview.data.items.length > 0 && (
          <QueueRows
            label={t('queuePage.overview.items')}
            items={overview.data.items}
            now={overview.dataUpdatedAt}
            withUser
            onDetails={setDetails}
          />
        )}
        {total > OVERVIEW_PAGE && (
          <Group justify="center" p="md">
            <Pagination
              value={page}
              total={Math.ceil(total / OVERVIEW_PAGE)}
              onChange={setPage}
              getControlProps={(control) => ({ 'aria-label': t(`queuePage.page.${control}`) })}
            />
          </Group>
        )}
      </Card>
      <ItemDetails
        id={details}
        imagePath={imagePath}
        onClose={() => {
          setDetails(null);
        }}
      />
    </>
  );
}

function totalOf(totals: Overview['totals'], status: QueueItemStatus | null): number {
  return status === null ? totals.total : totals[status];
}

type UsersProps = {
  overview: Overview;
  nameOf: (id: string) => string;
  chosen: string | null;
  onChoose: (id: string) => void;
};

function Users({ overview, nameOf, chosen, onChoose }: UsersProps) {
  const { t, i18n } = useTranslation();
  const span = (seconds: number | null) => (seconds === null ? '–' : formatSpan(seconds, i18n.language));
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="xs" horizontalSpacing="lg" aria-label={t('queuePage.overview.byUser')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('queuePage.column.user')}</Table.Th>
              <Table.Th ta="right">{t('queuePage.status.pending')}</Table.Th>
              <Table.Th ta="right">{t('queuePage.status.in_progress')}</Table.Th>
              <Table.Th ta="right">{t('queuePage.status.completed')}</Table.Th>
              <Table.Th ta="right">{t('queuePage.status.failed')}</Table.Th>
              <Table.Th ta="right">{t('queuePage.overview.starts')}</Table.Th>
              <Table.Th ta="right">{t('queuePage.overview.done')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {overview.users.map((user) => (
              <Table.Tr key={user.user_id} data-chosen={user.user_id === chosen || undefined} className={classes.user}>
                <Table.Td>
                  <UnstyledButton
                    className={classes.name}
                    aria-pressed={user.user_id === chosen}
                    onClick={() => {
                      onChoose(user.user_id);
                    }}
                  >
                    {nameOf(user.user_id)}
                  </UnstyledButton>
                </Table.Td>
                <Table.Td ta="right">{user.pending + user.waiting}</Table.Td>
                <Table.Td ta="right">{user.in_progress}</Table.Td>
                <Table.Td ta="right">{user.completed}</Table.Td>
                <Table.Td ta="right">{user.failed}</Table.Td>
                <Table.Td ta="right">{span(user.starts_in_seconds)}</Table.Td>
                <Table.Td ta="right">{span(user.done_in_seconds)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed" px="lg" py="sm">
        {overview.usual_seconds === null
          ? t('queuePage.overview.noUsual')
          : t('queuePage.overview.usual', { span: formatSpan(overview.usual_seconds, i18n.language) })}
      </Text>
    </>
  );
}
