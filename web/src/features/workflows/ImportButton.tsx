import { Button, FileButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUpload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useSaveWorkflow } from '@/api/workflows';
import { readDocument, writeDocument } from './document';
import { places } from './places';

/** Takes a workflow from a file into one's library and opens it. */
export function ImportButton() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const save = useSaveWorkflow();
  const refuse = (message: string) => {
    notifications.show({ color: 'red', title: t('workflows.importFailed'), message });
  };
  const read = async (file: File) => {
    const content = await file.text();
    let parsed: unknown;
    try {
      parsed = JSON.parse(content);
    } catch {
      parsed = null;
    }
    const found = readDocument(parsed);
    if (found === null) {
      refuse(t('workflows.notAWorkflow', { name: file.name }));
      return;
    }
    const name = found.name || file.name.replace(/\.json$/i, '');
    save.mutate(
      { id: null, workflow: writeDocument({ ...found, name }) },
      {
        onSuccess: ({ workflow_id: id }) => void navigate(places.edit(id)),
        onError: (error) => {
          refuse(error.message);
        },
      },
    );
  };
  return (
    <FileButton accept="application/json,.json" onChange={(file) => file && void read(file)}>
      {(button) => (
        <Button {...button} variant="default" leftSection={<IconUpload size={16} />} loading={save.isPending}>
          {t('workflows.import')}
        </Button>
      )}
    </FileButton>
  );
}
