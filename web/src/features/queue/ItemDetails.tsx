import { Anchor, Button, Code, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCopy, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { serverUrl } from '@/api/base';
import { keptPictures } from '@/api/keptPictures';
import { useRetry } from '@/api/queue';
import { type QueueDetails, useQueueDetails } from '@/api/queueList';
import { CopyButton } from '@/ui/CopyButton';
import { formatMoment, formatSpan, secondsBetween } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import { Picture } from '@/ui/Picture';
import classes from './ItemDetails.module.css';
import { StatusBadge } from './StatusBadge';

type Props = { id: number | null; imagePath: (name: string) => string; onClose: () => void };

/** Everything the server knows about one item, beside the list. */
export function ItemDetails({ id, imagePath, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={id === null ? '' : t('queuePage.item', { id })}
      closeButtonProps={{ 'aria-label': t('queuePage.close') }}
    >
      {id !== null && <Details id={id} imagePath={imagePath} />}
    </Drawer>
  );
}

function Details({ id, imagePath }: { id: number; imagePath: (name: string) => string }) {
  const { t } = useTranslation();
  const details = useQueueDetails(id);
  if (details.isPending) return <Skeleton height={240} radius="md" />;
  if (details.isError)
    return (
      <Notice kind="error" title={t('queuePage.detailsFailed')}>
        {details.error.message}
      </Notice>
    );
  return <Known item={details.data} imagePath={imagePath} />;
}

function Known({ item, imagePath }: { item: QueueDetails; imagePath: (name: string) => string }) {
  const { t, i18n } = useTranslation();
  const retry = useRetry();
  const took = secondsBetween(item.started_at, item.completed_at);
  const waited = secondsBetween(item.created_at, item.started_at);
  const report = [item.error_type, item.error_message, item.error_traceback].filter(Boolean).join('\n\n');
  const pictures = item.status === 'completed' ? keptPictures(item) : [];
  const user = item.user_display_name ?? item.user_email;
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <StatusBadge status={item.status} />
        {(item.status === 'failed' || item.status === 'canceled') && (
          <Button
            size="xs"
            variant="light"
            leftSection={<IconRefresh size={14} />}
            loading={retry.isPending}
            onClick={() => {
              retry.mutate(item.item_id, {
                onError: (error) => {
                  notifications.show({ color: 'red', title: t('queue.retryFailed'), message: error.message });
                },
              });
            }}
          >
            {t('queue.retry')}
          </Button>
        )}
      </Group>
      {(item.error_type ?? item.error_message) && (
        <Notice kind="error" title={item.error_type ?? t('queue.failed')}>
          <Text size="sm" className={classes.message}>
            {item.error_message ?? t('queue.failedUnknown')}
          </Text>
          <CopyButton value={report}>
            {({ copied, copy }) => (
              <Button mt="xs" size="compact-xs" variant="default" leftSection={<IconCopy size={13} />} onClick={copy}>
                {copied ? t('queuePage.copied') : t('queuePage.copyError')}
              </Button>
            )}
          </CopyButton>
        </Notice>
      )}
      {pictures.length > 0 && (
        <div className={classes.pictures}>
          {pictures.map((name) => (
            <Anchor key={name} component={Link} to={imagePath(name)} className={classes.picture}>
              <Picture
                src={serverUrl(`api/v1/images/i/${encodeURIComponent(name)}/thumbnail`)}
                alt={t('queuePage.result')}
                brokenLabel={t('gallery.broken')}
              />
            </Anchor>
          ))}
        </div>
      )}
      <dl className={classes.facts}>
        {user && <Fact name={t('queuePage.column.user')}>{user}</Fact>}
        <Fact name={t('queuePage.column.created')}>{formatMoment(item.created_at, i18n.language)}</Fact>
        {waited !== null && <Fact name={t('queuePage.waited')}>{formatSpan(waited, i18n.language)}</Fact>}
        {took !== null && <Fact name={t('queuePage.column.took')}>{formatSpan(took, i18n.language)}</Fact>}
        {item.device && <Fact name={t('queuePage.device')}>{item.device}</Fact>}
        {typeof item.workflow?.name === 'string' && item.workflow.name !== '' && (
          <Fact name={t('queuePage.kind.workflow')}>{item.workflow.name}</Fact>
        )}
        <Fact name={t('queuePage.nodes')}>{Object.keys(item.session.graph.nodes ?? {}).length}</Fact>
        {typeof item.retried_from_item_id === 'number' && (
          <Fact name={t('queuePage.retriedFrom')}>{item.retried_from_item_id}</Fact>
        )}
        <Fact name={t('queuePage.batch')}>
          <Code>{item.batch_id}</Code>
        </Fact>
      </dl>
      {(item.field_values ?? []).length > 0 && (
        <section aria-label={t('queuePage.values')}>
          <Text size="sm" fw={600} mb={6}>
            {t('queuePage.values')}
          </Text>
          <dl className={classes.facts}>
            {(item.field_values ?? []).map(({ node_path: node, field_name: field, value }) => (
              <Fact key={`${node}.${field}`} name={`${node.split(':')[0] ?? node} · ${field}`}>
                {typeof value === 'string' ? value : JSON.stringify(value)}
              </Fact>
            ))}
          </dl>
        </section>
      )}
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
