import { Badge, Button, Checkbox, Group, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCancelInstall, useInstallFrom, usePruneInstalls, useScan } from '@/api/modelRecords';
import { type InstallJob, isEnded, toModel, useInstalls } from '@/api/models';
import { type InstallAction, useInstallAction } from '@/api/modelSources';
import { Card } from '@/ui/Card';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { errorText } from '@/ui/errorText';
import { formatBytes } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import { ProgressBar } from '@/ui/ProgressBar';
import { HubToken } from './HubToken';
import classes from './ModelsPage.module.css';
import { OrphanedFiles } from './OrphanedFiles';
import { StarterModels } from './StarterModels';

/** The ways in which a model gets onto the server, and the installs under way. */
export function InstallPanel() {
  const { t } = useTranslation();
  return (
    <>
      <Card title={t('modelsPage.add')} hint={t('modelsPage.addHint')}>
        <Tabs defaultValue="source" keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="source">{t('modelsPage.fromSource')}</Tabs.Tab>
            <Tabs.Tab value="scan">{t('modelsPage.fromScan')}</Tabs.Tab>
            <Tabs.Tab value="starters">{t('modelsPage.starters')}</Tabs.Tab>
            <Tabs.Tab value="hub">{t('hubToken.title')}</Tabs.Tab>
            <Tabs.Tab value="orphans">{t('modelsPage.orphans')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="source" pt="md">
            <FromSource />
          </Tabs.Panel>
          <Tabs.Panel value="scan" pt="md">
            <FromScan />
          </Tabs.Panel>
          <Tabs.Panel value="starters" pt="md">
            <StarterModels />
          </Tabs.Panel>
          <Tabs.Panel value="hub" pt="md">
            <HubToken />
          </Tabs.Panel>
          <Tabs.Panel value="orphans" pt="md">
            <OrphanedFiles />
          </Tabs.Panel>
        </Tabs>
      </Card>
      <Installs />
    </>
  );
}

/** Whether a source is a path of the server, and not an address or a repository. */
export function isLocalPath(source: string): boolean {
  return /^(\/|\.{1,2}\/|~|[A-Za-z]:[\\/])/.test(source.trim());
}

function FromSource() {
  const { t } = useTranslation();
  const install = useInstallFrom();
  const form = useForm({
    initialValues: { source: '', inplace: true },
    validate: { source: (source) => (source.trim() === '' ? t('modelsPage.sourceRequired') : null) },
  });
  const submit = form.onSubmit(({ source, inplace }) => {
    install.mutate(
      { source: source.trim(), inplace: inplace && isLocalPath(source) },
      {
        onSuccess: () => {
          form.reset();
        },
      },
    );
  });
  return (
    <form onSubmit={submit} noValidate aria-label={t('modelsPage.fromSource')}>
      <Stack>
        <TextInput
          label={t('modelsPage.sourceLabel')}
          description={t('modelsPage.sourceHint')}
          placeholder="/models/stable-diffusion-v1-5"
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('source')}
        />
        {isLocalPath(form.values.source) && (
          <Checkbox
            label={t('modelsPage.inplace')}
            description={t('modelsPage.inplaceHint')}
            {...form.getInputProps('inplace', { type: 'checkbox' })}
          />
        )}
        <ErrorNotice title={t('models.status.error')} error={install.error} />
        <Group>
          <Button type="submit" loading={install.isPending}>
            {t('modelsPage.install')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function FromScan() {
  const { t } = useTranslation();
  const [folder, setFolder] = useState('');
  const [scanned, setScanned] = useState<string | null>(null);
  const scan = useScan(scanned);
  const install = useInstallFrom();
  const installAll = useInstallFrom();
  const [isInstallingAll, setIsInstallingAll] = useState(false);
  const failed = (error: Error, path: string) => {
    notifications.show({ color: 'red', title: t('models.status.error'), message: `${path}: ${errorText(error, t)}` });
  };
  const startAll = async (paths: readonly string[]) => {
    setIsInstallingAll(true);
    for (const path of paths) {
      try {
        await installAll.mutateAsync({ source: path, inplace: true });
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)), path);
      }
    }
    await scan.refetch();
    setIsInstallingAll(false);
  };
  const fresh = (scan.data ?? []).filter((found) => !found.is_installed);
  return (
    <Stack>
      <form
        aria-label={t('modelsPage.fromScan')}
        onSubmit={(event) => {
          event.preventDefault();
          if (folder.trim() === '') return;
          if (scanned === folder.trim()) void scan.refetch();
          setScanned(folder.trim());
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            miw={220}
            label={t('models.path')}
            placeholder="/models"
            autoComplete="off"
            spellCheck={false}
            value={folder}
            onChange={(event) => {
              setFolder(event.currentTarget.value);
            }}
          />
          <Button type="submit" variant="default" loading={scan.isFetching}>
            {t('modelsPage.scan')}
          </Button>
        </Group>
      </form>
      <ErrorNotice title={t('modelsPage.scanFailed')} error={scan.error} />
      {scan.data?.length === 0 && <Notice kind="info" title={t('modelsPage.scanNothing')} />}
      {scan.data && scan.data.length > 0 && (
        <>
          <Group justify="space-between">
            <Text size="sm">{t('modelsPage.found', { count: scan.data.length })}</Text>
            {fresh.length > 1 && (
              <Button size="xs" loading={isInstallingAll} onClick={() => void startAll(fresh.map(({ path }) => path))}>
                {t('modelsPage.installAll', { count: fresh.length })}
              </Button>
            )}
          </Group>
          <ul className={classes.jobs} aria-label={t('modelsPage.fromScan')}>
            {scan.data.map((found) => (
              <li key={found.path} className={classes.job}>
                <Group justify="space-between" wrap="nowrap">
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                    {found.path}
                  </Text>
                  {found.is_installed ? (
                    <Badge variant="light" radius="sm" tt="none" flex="none">
                      {t('modelsPage.isInstalled')}
                    </Badge>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="light"
                      flex="none"
                      aria-label={t('modelsPage.installNamed', { name: found.path })}
                      loading={install.isPending && install.variables.source === found.path}
                      disabled={isInstallingAll || install.isPending}
                      onClick={() => {
                        install.mutate(
                          { source: found.path, inplace: true },
                          {
                            onSuccess: () => void scan.refetch(),
                            onError: (error) => {
                              failed(error, found.path);
                            },
                          },
                        );
                      }}
                    >
                      {t('modelsPage.install')}
                    </Button>
                  )}
                </Group>
              </li>
            ))}
          </ul>
        </>
      )}
    </Stack>
  );
}

function Installs() {
  const { t } = useTranslation();
  const jobs = [...(useInstalls(true).data ?? [])].sort((a, b) => b.id - a.id);
  const prune = usePruneInstalls();
  if (jobs.length === 0) return null;
  return (
    <Card
      title={t('modelsPage.installs')}
      actions={
        jobs.some(isEnded) && (
          <Button
            size="xs"
            variant="default"
            loading={prune.isPending}
            onClick={() => {
              prune.mutate();
            }}
          >
            {t('modelsPage.prune')}
          </Button>
        )
      }
    >
      <ul className={classes.jobs} aria-label={t('modelsPage.installs')}>
        {jobs.map((job) => (
          <Install key={job.id} job={job} />
        ))}
      </ul>
    </Card>
  );
}

function Install({ job }: { job: InstallJob }) {
  const { t, i18n } = useTranslation();
  const cancel = useCancelInstall();
  const act = useInstallAction();
  const offered = offeredFor(job);
  const status = job.status ?? 'waiting';
  const total = job.total_bytes ?? 0;
  const done = job.bytes ?? 0;
  const name = toModel(job.config_out)?.name ?? sourceOf(job);
  const words = status === 'completed' ? t('models.status.completed', { name }) : t(`models.status.${status}`);
  const text =
    total > 0 && !isEnded(job) ? `${words} ${formatBytes(done, i18n.language)} / ${formatBytes(total, i18n.language)}` : words;
  return (
    <li className={classes.job}>
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={550} truncate>
            {name}
          </Text>
          <Text size="xs" c={status === 'error' ? 'var(--mantine-color-error)' : 'dimmed'} role="status">
            {text}
          </Text>
        </div>
        {offered !== null && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={ICONS[offered]}
            loading={act.isPending}
            onClick={() => {
              act.mutate({ id: job.id, action: offered });
            }}
          >
            {t(`modelsPage.${offered}`)}
          </Button>
        )}
        {!isEnded(job) && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconX size={14} />}
            loading={cancel.isPending}
            onClick={() => {
              cancel.mutate(job.id);
            }}
          >
            {t('queue.cancel')}
          </Button>
        )}
      </Group>
      {!isEnded(job) && <ProgressBar label={t('queue.progress')} fraction={total > 0 ? done / total : null} text={text} />}
      {status === 'error' && (
        <Text size="xs" c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {job.error ?? job.error_reason}
        </Text>
      )}
    </li>
  );
}

const ICONS: Record<InstallAction, ReactNode> = {
  pause: <IconPlayerPause size={14} />,
  resume: <IconPlayerPlay size={14} />,
  restart: <IconRefresh size={14} />,
};

/** What can be done to a download besides cancelling it. Local files are read in one go. */
export function offeredFor(job: Pick<InstallJob, 'status' | 'source'>): InstallAction | null {
  const source: Record<string, unknown> = { ...job.source };
  if (source.type === 'local') return null;
  if (job.status === 'paused') return 'resume';
  if (job.status === 'error') return 'restart';
  return job.status === 'downloading' || job.status === 'waiting' ? 'pause' : null;
}

function sourceOf(job: InstallJob): string {
  const source: Record<string, unknown> = { ...job.source };
  for (const field of ['path', 'url', 'repo_id']) {
    const value = source[field];
    if (typeof value === 'string') return value;
  }
  return job.local_path;
}
