import { Group, Pagination, Skeleton, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nameOf, STATISTICS_PAGE, SYSTEM_USER, useStatistics } from '@/api/users';
import { formatAgo, formatBytes, formatMoment } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import { Card } from '@/ui/Card';

/** How much everybody has and uses. */
export function StatisticsPage() {
  const { t, i18n } = useTranslation();
  const [page, setPage] = useState(1);
  const statistics = useStatistics((page - 1) * STATISTICS_PAGE);
  const { data } = statistics;
  const number = new Intl.NumberFormat(i18n.language);
  const most = Math.max(1, ...(data?.items ?? []).map(({ storage_bytes: bytes }) => bytes));
  return (
    <Card flush title={t('admin.statistics.title')} hint={t('admin.statistics.hint')}>
      {statistics.isPending && <Skeleton height={200} m="lg" />}
      {statistics.isError && (
        <Notice kind="error" title={t('admin.statistics.failed')}>
          {statistics.error.message}
        </Notice>
      )}
      {data && (
        <Table.ScrollContainer minWidth={760}>
          <Table
            verticalSpacing="sm"
            horizontalSpacing="lg"
            aria-label={t('admin.statistics.title')}
            style={{ fontVariantNumeric: 'tabular-nums' }}
          >
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('admin.users.name')}</Table.Th>
                <Table.Th ta="right">{t('admin.statistics.boards')}</Table.Th>
                <Table.Th ta="right">{t('admin.statistics.images')}</Table.Th>
                <Table.Th w={190}>{t('admin.statistics.storage')}</Table.Th>
                <Table.Th ta="right">{t('admin.statistics.waiting')}</Table.Th>
                <Table.Th ta="right">{t('queuePage.status.completed')}</Table.Th>
                <Table.Th ta="right">{t('queuePage.status.failed')}</Table.Th>
                <Table.Th>{t('admin.users.lastLogin')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(({ user, boards, images, storage_bytes: bytes, queue }) => (
                <Table.Tr key={user.user_id}>
                  <Table.Td>
                    <Text size="sm" fw={550}>
                      {user.user_id === SYSTEM_USER ? t('admin.users.adopt.system') : nameOf(user)}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {user.email}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right">{number.format(boards)}</Table.Td>
                  <Table.Td ta="right">{number.format(images)}</Table.Td>
                  <Table.Td>
                    <Text size="sm">{formatBytes(bytes, i18n.language)}</Text>
                    <div
                      aria-hidden="true"
                      style={{
                        height: 4,
                        marginTop: 4,
                        borderRadius: 2,
                        background: 'var(--surface-sunken)',
                        overflow: 'hidden',
                      }}
                    >
                      <div style={{ width: `${(bytes / most) * 100}%`, height: '100%', background: 'var(--accent-ink)' }} />
                    </div>
                  </Table.Td>
                  <Table.Td ta="right">{number.format(queue.pending + queue.in_progress)}</Table.Td>
                  <Table.Td ta="right">{number.format(queue.completed)}</Table.Td>
                  <Table.Td ta="right">{number.format(queue.failed)}</Table.Td>
                  <Table.Td>
                    <Text size="sm" c="dimmed" title={formatMoment(user.last_login_at, i18n.language)}>
                      {user.last_login_at
                        ? formatAgo(user.last_login_at, statistics.dataUpdatedAt, i18n.language)
                        : t('admin.users.never')}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {data && data.total > STATISTICS_PAGE && (
        <Group justify="center" p="md">
          <Pagination
            value={page}
            total={Math.ceil(data.total / STATISTICS_PAGE)}
            onChange={setPage}
            getControlProps={(control) => ({ 'aria-label': t(`queuePage.page.${control}`) })}
          />
        </Group>
      )}
    </Card>
  );
}
