import { Button, Group, Menu, SegmentedControl, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconClearAll, IconPlayerPause, IconPlayerPlay, IconStack2, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Account } from '@/api/auth';
import { useQueueCounts } from '@/api/queue';
import { type QueueAction, type QueueSummary, useOwnQueue, useProcessor, useQueueAction } from '@/api/queueList';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { Notice } from '@/ui/Notice';
import { PageFrame } from '@/ui/PageFrame';
import { Card } from '@/ui/Card';
import { ItemDetails } from './ItemDetails';
import { QueueRows } from './QueueRows';

const SHOWN = ['all', 'open', 'done', 'failed'] as const;
type Shown = (typeof SHOWN)[number];

const PASSES: Record<Shown, (item: QueueSummary) => boolean> = {
  all: () => true,
  open: ({ status }) => ['pending', 'in_progress', 'waiting'].includes(status),
  done: ({ status }) => status === 'completed',
  failed: ({ status }) => status === 'failed' || status === 'canceled',
};

type Props = { account: Account; imagePath: (name: string) => string };

/** The own part of the queue: what runs, what waits, what was. */
export function QueuePage({ account, imagePath }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const [shown, setShown] = useState<Shown>('all');
  const queue = useOwnQueue(account);
  const counts = useQueueCounts().data;
  const items = queue.data?.pages.flatMap((page) => page.items) ?? [];
  const passing = items.filter(PASSES[shown]);
  const details = Number.parseInt(search.get('item') ?? '', 10);
  const open = (id: number | null) => {
    setSearch(id === null ? {} : { item: String(id) }, { replace: true });
  };

  return (
    <PageFrame
      title={t('queuePage.title')}
      {...(counts && { hint: t('queuePage.hint', { waiting: counts.pending + counts.waiting, running: counts.in_progress }) })}
      actions={<QueueActions account={account} />}
    >
      <Paused />
      <Card
        flush
        title={t('queuePage.mine')}
        hint={t('queuePage.mineHint')}
        actions={
          <SegmentedControl
            size="xs"
            aria-label={t('queuePage.filter')}
            value={shown}
            onChange={setShown}
            data={SHOWN.map((value) => ({ value, label: t(`queuePage.show.${value}`) }))}
          />
        }
      >
        {queue.isPending && <Skeleton height={220} m="lg" />}
        {queue.isError && (
          <div style={{ padding: 20 }}>
            <Notice kind="error" title={t('queuePage.failed')}>
              {queue.error.message}
            </Notice>
          </div>
        )}
        {queue.data && passing.length === 0 && (
          <EmptyState
            icon={<IconStack2 size={30} stroke={1.6} />}
            title={items.length === 0 ? t('queuePage.empty') : t('queuePage.nothing')}
            hint={items.length === 0 ? t('queuePage.emptyHint') : t('queuePage.nothingHint')}
          />
        )}
        {passing.length > 0 && (
          <QueueRows label={t('queuePage.mine')} items={passing} now={queue.dataUpdatedAt} onDetails={open} />
        )}
        {queue.hasNextPage && (
          <Group justify="center" p="md">
            <Button variant="default" loading={queue.isFetchingNextPage} onClick={() => void queue.fetchNextPage()}>
              {t('queuePage.older')}
            </Button>
          </Group>
        )}
      </Card>
      <ItemDetails
        id={Number.isNaN(details) ? null : details}
        imagePath={imagePath}
        onClose={() => {
          open(null);
        }}
      />
    </PageFrame>
  );
}

/** Says that nothing is taken from the queue at present. */
function Paused() {
  const { t } = useTranslation();
  const processor = useProcessor().data;
  if (processor?.is_started !== false) return null;
  return (
    <Notice kind="info" title={t('queuePage.paused')}>
      {t('queuePage.pausedHint')}
    </Notice>
  );
}

const ASKED = ['cancelWaiting', 'prune', 'clear'] as const;
type Asked = (typeof ASKED)[number];

/** What can be done to the queue as a whole. */
export function QueueActions({ account }: { account: Account }) {
  const { t } = useTranslation();
  const processor = useProcessor().data;
  const action = useQueueAction();
  const [asked, setAsked] = useState<Asked | null>(null);
  const act = (wanted: QueueAction) => {
    action.mutate(wanted, {
      onError: (error) => {
        notifications.show({ color: 'red', title: t('queuePage.actionFailed'), message: error.message });
      },
    });
  };
  const everybody = account.isAdmin && !account.isSingleUser;
  const icons = { cancelWaiting: <IconX size={16} />, prune: <IconClearAll size={16} />, clear: <IconX size={16} /> };
  return (
    <Group gap="xs">
      {account.isAdmin && processor && (
        <Button
          variant="default"
          leftSection={processor.is_started ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
          loading={action.isPending && (action.variables === 'pause' || action.variables === 'resume')}
          onClick={() => {
            act(processor.is_started ? 'pause' : 'resume');
          }}
        >
          {processor.is_started ? t('queuePage.pause') : t('queuePage.resume')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={15} />}>
            {t('queuePage.tidy')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ASKED.map((one) => (
            <Menu.Item
              key={one}
              leftSection={icons[one]}
              {...(one === 'clear' && { color: 'red' })}
              onClick={() => {
                setAsked(one);
              }}
            >
              {t(`queuePage.${one}.action`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asked !== null}
        title={asked === null ? '' : t(`queuePage.${asked}.title`)}
        hint={asked === null ? '' : everybody ? t(`queuePage.${asked}.everybody`) : t(`queuePage.${asked}.own`)}
        confirmLabel={asked === null ? '' : t(`queuePage.${asked}.action`)}
        cancelLabel={t('queuePage.keep')}
        danger={asked === 'clear'}
        onClose={() => {
          setAsked(null);
        }}
        onConfirm={() => {
          if (asked !== null) act(asked);
          setAsked(null);
        }}
      />
    </Group>
  );
}
