import { ActionIcon, Group, Table, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconInfoCircle, IconRefresh, IconTrash, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isUnfinished, useCancel, useProgress, useRetry } from '@/api/queue';
import { type QueueSummary, useForgetItem } from '@/api/queueList';
import { formatAgo, formatMoment, formatSpan, secondsBetween } from '@/ui/moments';
import { ProgressBar } from '@/ui/ProgressBar';
import { kindOf, promptOf } from './describe';
import { progressText } from './progressText';
import classes from './QueueRows.module.css';
import { StatusBadge } from './StatusBadge';

type Props = {
  label: string;
  items: readonly QueueSummary[];
  /** The time to which "3 minutes ago" refers. */
  now: number;
  /** Whose each item is. */
  withUser?: boolean;
  onDetails: (id: number) => void;
};

/** Queue items as rows; on a phone, as cards. */
export function QueueRows({ label, items, now, withUser = false, onDetails }: Props) {
  const { t } = useTranslation();
  const narrow = useMediaQuery('(max-width: 48em)');
  if (narrow) {
    return (
      <ul className={classes.cards} aria-label={label}>
        {items.map((item) => (
          <li key={item.item_id} className={classes.card}>
            <Group justify="space-between" wrap="nowrap">
              <StatusBadge status={item.status} />
              <Actions item={item} onDetails={onDetails} />
            </Group>
            <What item={item} onDetails={onDetails} />
            <Text size="xs" c="dimmed">
              <When item={item} now={now} />
              {withUser && <> · {nameOf(item)}</>}
            </Text>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <Table verticalSpacing="xs" horizontalSpacing="lg" aria-label={label} className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={130}>{t('queuePage.column.status')}</Table.Th>
          <Table.Th>{t('queuePage.column.what')}</Table.Th>
          {withUser && <Table.Th w={170}>{t('queuePage.column.user')}</Table.Th>}
          <Table.Th w={160}>{t('queuePage.column.created')}</Table.Th>
          <Table.Th w={110}>{t('queuePage.column.took')}</Table.Th>
          <Table.Th w={124}>
            <span className={classes.hidden}>{t('queuePage.column.actions')}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((item) => (
          <Table.Tr key={item.item_id}>
            <Table.Td>
              <StatusBadge status={item.status} />
            </Table.Td>
            <Table.Td className={classes.what}>
              <What item={item} onDetails={onDetails} />
            </Table.Td>
            {withUser && (
              <Table.Td>
                <Text size="sm" truncate title={item.user_email ?? undefined}>
                  {nameOf(item)}
                </Text>
              </Table.Td>
            )}
            <Table.Td>
              <When item={item} now={now} />
            </Table.Td>
            <Table.Td>
              <Took item={item} />
            </Table.Td>
            <Table.Td>
              <Actions item={item} onDetails={onDetails} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function nameOf(item: QueueSummary): string {
  return item.user_display_name ?? item.user_email ?? item.user_id;
}

function What({ item, onDetails }: { item: QueueSummary; onDetails: (id: number) => void }) {
  const { t } = useTranslation();
  const progress = useProgress(item.item_id);
  const title = promptOf(item) ?? t(`queuePage.kind.${kindOf(item)}`);
  return (
    <>
      <UnstyledButton
        className={classes.title}
        onClick={() => {
          onDetails(item.item_id);
        }}
      >
        {title}
      </UnstyledButton>
      {item.status === 'in_progress' && (
        <div className={classes.progress}>
          <ProgressBar label={t('queue.progress')} fraction={progress?.fraction ?? null} text={progressText(progress, t)} />
          <Text size="xs" c="dimmed">
            {progressText(progress, t)}
          </Text>
        </div>
      )}
    </>
  );
}

function When({ item, now }: { item: QueueSummary; now: number }) {
  const { i18n } = useTranslation();
  return (
    <Text span size="sm" c="dimmed" inherit title={formatMoment(item.created_at, i18n.language)}>
      {formatAgo(item.created_at, now, i18n.language)}
    </Text>
  );
}

function Took({ item }: { item: QueueSummary }) {
  const { i18n } = useTranslation();
  const seconds = secondsBetween(item.started_at, item.completed_at);
  return (
    <Text span size="sm" c="dimmed">
      {seconds === null ? '–' : formatSpan(seconds, i18n.language)}
    </Text>
  );
}

function Actions({ item, onDetails }: { item: QueueSummary; onDetails: (id: number) => void }) {
  const { t } = useTranslation();
  const cancel = useCancel();
  const retry = useRetry();
  const forget = useForgetItem();
  const failed = (title: string) => ({
    onError: (error: Error) => {
      notifications.show({ color: 'red', title, message: error.message });
    },
  });
  const unfinished = isUnfinished({ id: item.item_id, batchId: item.batch_id, status: item.status });
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      {unfinished && (
        <Action
          label={t('queue.cancel')}
          busy={cancel.isPending}
          onClick={() => {
            cancel.mutate(item.item_id, failed(t('queue.cancelFailed')));
          }}
        >
          <IconX size={17} />
        </Action>
      )}
      {(item.status === 'failed' || item.status === 'canceled') && (
        <Action
          label={t('queue.retry')}
          busy={retry.isPending}
          onClick={() => {
            retry.mutate(item.item_id, failed(t('queue.retryFailed')));
          }}
        >
          <IconRefresh size={17} />
        </Action>
      )}
      {!unfinished && (
        <Action
          label={t('queuePage.forget')}
          busy={forget.isPending}
          onClick={() => {
            forget.mutate(item.item_id, failed(t('queuePage.forgetFailed')));
          }}
        >
          <IconTrash size={17} />
        </Action>
      )}
      <Action
        label={t('queuePage.details')}
        onClick={() => {
          onDetails(item.item_id);
        }}
      >
        <IconInfoCircle size={17} />
      </Action>
    </Group>
  );
}

function Action({
  label,
  busy = false,
  onClick,
  children,
}: {
  label: string;
  busy?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={32} aria-label={label} loading={busy} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
