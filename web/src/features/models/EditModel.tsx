import { Button, Group, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { textOf, useUpdateModel } from '@/api/modelRecords';
import { type Model, triggerPhrases } from '@/api/models';
import { ErrorNotice } from '@/ui/ErrorNotice';

/** Name, description and trigger phrases. */
export function EditModel({ model }: { model: Model }) {
  const { t } = useTranslation();
  const update = useUpdateModel();
  const hasPhrases = 'trigger_phrases' in model.record;
  const form = useForm({
    initialValues: { name: model.name, description: textOf(model, 'description'), phrases: triggerPhrases(model) },
    validate: { name: (name) => (name.trim() === '' ? t('profile.nameRequired') : null) },
  });
  const submit = form.onSubmit(({ name, description, phrases }) => {
    const changes = {
      name: name.trim(),
      description: description.trim() === '' ? null : description.trim(),
      ...(hasPhrases && { trigger_phrases: phrases }),
    };
    update.mutate(
      { key: model.key, changes },
      {
        onSuccess: () => {
          form.resetDirty();
          notifications.show({ color: 'verdigris', message: t('modelsPage.saved') });
        },
      },
    );
  });
  return (
    <form onSubmit={submit} noValidate aria-label={t('modelsPage.edit')}>
      <Stack maw={560}>
        <TextInput label={t('modelsPage.displayName')} {...form.getInputProps('name')} />
        <Textarea label={t('modelsPage.description')} autosize minRows={3} maxRows={10} {...form.getInputProps('description')} />
        {hasPhrases && (
          <TagsInput
            label={t('modelsPage.triggers')}
            description={t('modelsPage.triggersHint')}
            {...form.getInputProps('phrases')}
          />
        )}
        <ErrorNotice title={t('modelsPage.saveFailed')} error={update.error} />
        <Group>
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            {t('admin.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
