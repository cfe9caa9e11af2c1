import { Button, Group, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InstallJob, isEnded, toModel, useInstall, useInstalls } from '@/api/models';
import { Notice } from '@/ui/Notice';

type Props = { opened: boolean; onClose: () => void; onInstalled: (key: string) => void };

/** Adds a model that is a folder on the server, and follows the install to its end. */
export function AddModelDialog({ opened, onClose, onInstalled }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('models.addTitle')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('models.close') }}
    >
      <AddModel onClose={onClose} onInstalled={onInstalled} />
    </Modal>
  );
}

function AddModel({ onClose, onInstalled }: Omit<Props, 'opened'>) {
  const { t } = useTranslation();
  const install = useInstall();
  const [jobId, setJobId] = useState<number | null>(null);
  const job = useInstalls(jobId !== null).data?.find(({ id }) => id === jobId);
  const form = useForm({
    initialValues: { path: '' },
    validate: { path: (path) => (path.trim() === '' ? t('models.pathRequired') : null) },
  });
  const busy = install.isPending || (jobId !== null && (job === undefined || !isEnded(job)));
  const installed = job?.status === 'completed' ? toModel(job.config_out) : null;

  const submit = form.onSubmit(({ path }) => {
    setJobId(null);
    install.mutate(path.trim(), {
      onSuccess: ({ id }) => {
        setJobId(id);
      },
    });
  });

  if (installed) {
    return (
      <Stack>
        <Notice kind="success" title={t('models.status.completed', { name: installed.name })}>
          {t('models.completedHint')}
        </Notice>
        <Group justify="flex-end">
          <Button
            variant="default"
            onClick={() => {
              setJobId(null);
              form.reset();
            }}
          >
            {t('models.addAnother')}
          </Button>
          <Button
            data-autofocus
            onClick={() => {
              onInstalled(installed.key);
              onClose();
            }}
          >
            {t('models.done')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('models.addHint')}
        </Text>
        <TextInput
          label={t('models.path')}
          placeholder={t('models.pathPlaceholder')}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          disabled={busy}
          {...form.getInputProps('path')}
        />
        {install.error && (
          <Notice kind="error" title={t('models.status.error')}>
            {install.error.message}
          </Notice>
        )}
        {job && <JobState job={job} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {busy ? t('models.close') : t('models.cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('models.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function JobState({ job }: { job: InstallJob }) {
  const { t } = useTranslation();
  const status = job.status ?? 'waiting';
  if (status === 'completed') return null;
  if (status === 'error') {
    return (
      <Notice kind="error" title={t('models.status.error')}>
        {job.error ?? job.error_reason}
      </Notice>
    );
  }
  return (
    <Group gap="sm" role="status">
      {!isEnded(job) && <Loader size="sm" />}
      <Text size="sm">{t(`models.status.${status}`)}</Text>
    </Group>
  );
}
