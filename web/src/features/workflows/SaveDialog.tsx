import { Button, FileInput, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPhoto } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaveWorkflow, useWorkflowThumbnail } from '@/api/workflows';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { type Document, writeDocument } from './document';

type Props = {
  /** The workflow to change; `null` makes a new one. */
  id: string | null;
  document: Document;
  onSaved: (id: string, document: Document) => void;
  onClose: () => void;
};

/** Name, description, tags and picture of a workflow that is put into the library. */
export function SaveDialog({ id, document, onSaved, onClose }: Props) {
  const { t } = useTranslation();
  const save = useSaveWorkflow();
  const thumbnail = useWorkflowThumbnail();
  const [picture, setPicture] = useState<File | null>(null);
  // What is in the library already is changed there when the picture needs another try.
  const [target, setTarget] = useState(id);
  const form = useForm({
    initialValues: {
      name: document.name,
      description: document.description,
      tags: document.tags
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
    },
    validate: { name: (name) => (name.trim() === '' ? t('profile.nameRequired') : null) },
  });
  const submit = form.onSubmit(({ name, description, tags }) => {
    const kept = { ...document, name: name.trim(), description: description.trim(), tags: tags.join(', ') };
    const store = async () => {
      const { workflow_id: savedId } = await save.mutateAsync({ id: target, workflow: writeDocument(kept) });
      setTarget(savedId);
      if (picture !== null) await thumbnail.mutateAsync({ id: savedId, image: picture });
      onSaved(savedId, kept);
    };
    // What went wrong is shown below the fields.
    store().catch(() => undefined);
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={id === null ? t('workflows.saveAsTitle') : t('workflows.saveTitle')}
      closeButtonProps={{ 'aria-label': t('admin.close') }}
    >
      <form onSubmit={submit} noValidate aria-label={t('workflows.saveTitle')}>
        <Stack>
          <TextInput label={t('workflows.name')} data-autofocus {...form.getInputProps('name')} />
          <Textarea label={t('workflows.description')} autosize minRows={2} maxRows={8} {...form.getInputProps('description')} />
          <TagsInput label={t('workflows.tags')} description={t('workflows.tagsHint')} {...form.getInputProps('tags')} />
          <FileInput
            label={t('workflows.thumbnail')}
            description={t('workflows.thumbnailHint')}
            accept="image/png,image/jpeg,image/webp"
            leftSection={<IconPhoto size={16} />}
            clearable
            value={picture}
            onChange={setPicture}
          />
          <ErrorNotice title={t('workflows.saveFailed')} error={save.error ?? thumbnail.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('admin.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending || thumbnail.isPending}>
              {t('workflows.saveWorkflow')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
