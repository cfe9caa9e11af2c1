import { Button, Checkbox, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDeleteOrphans, useOrphans } from '@/api/modelSources';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { formatBytes } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import classes from './ModelsPage.module.css';

/** Files in the models folder that belong to no installed model, to look at and to remove. */
export function OrphanedFiles() {
  const { t, i18n } = useTranslation();
  const orphans = useOrphans();
  const remove = useDeleteOrphans();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const kept = Object.keys(remove.data?.errors ?? {}).length;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('modelsPage.orphansHint')}
      </Text>
      <ErrorNotice title={t('modelsPage.orphansFailed')} error={orphans.error} onRetry={() => void orphans.refetch()} />
      {orphans.isPending && <Skeleton height={120} />}
      {orphans.data?.length === 0 && <Notice kind="success" title={t('modelsPage.noOrphans')} />}
      {kept > 0 && <Notice kind="error" title={t('modelsPage.orphansKept', { count: kept })} />}
      <ul className={classes.jobs} aria-label={t('modelsPage.orphans')}>
        {(orphans.data ?? []).map((orphan) => (
          <li key={orphan.path} className={classes.job}>
            <Checkbox
              label={orphan.path}
              description={`${formatBytes(orphan.size_bytes, i18n.language)} · ${orphan.files.slice(0, 3).join(', ')}${orphan.files.length > 3 ? '…' : ''}`}
              checked={chosen.has(orphan.path)}
              onChange={(event) => {
                const next = new Set(chosen);
                if (event.currentTarget.checked) next.add(orphan.path);
                else next.delete(orphan.path);
                setChosen(next);
              }}
            />
          </li>
        ))}
      </ul>
      {chosen.size > 0 && (
        <Group>
          <Button
            color="red"
            variant="light"
            leftSection={<IconTrash size={16} />}
            onClick={() => {
              setAsking(true);
            }}
          >
            {t('modelsPage.deleteOrphans', { count: chosen.size })}
          </Button>
        </Group>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('modelsPage.deleteOrphansTitle', { count: chosen.size })}
        hint={t('modelsPage.deleteOrphansHint')}
        confirmLabel={t('modelsPage.delete')}
        cancelLabel={t('admin.cancel')}
        danger
        isPending={remove.isPending}
        error={remove.error && { title: t('modelsPage.deleteFailed'), message: remove.error.message }}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          remove.mutate([...chosen], {
            onSuccess: () => {
              setAsking(false);
              setChosen(new Set());
            },
          });
        }}
      />
    </Stack>
  );
}
