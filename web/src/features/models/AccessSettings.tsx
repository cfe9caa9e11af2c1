import { Button, Group, MultiSelect, Radio, Skeleton, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { type ModelAccess, useModelAccess, useRestrictModel } from '@/api/modelRecords';
import { nameOf, useUsers } from '@/api/users';
import { ErrorNotice } from '@/ui/ErrorNotice';

/** Who may use a model: everybody, or people that are chosen. */
export function AccessSettings({ modelKey }: { modelKey: string }) {
  const { t } = useTranslation();
  const access = useModelAccess(modelKey);
  if (access.isPending) return <Skeleton height={120} radius="md" />;
  if (access.isError) {
    return <ErrorNotice title={t('modelAccess.failed')} error={access.error} onRetry={() => void access.refetch()} />;
  }
  return <AccessForm modelKey={modelKey} access={access.data} />;
}

function AccessForm({ modelKey, access }: { modelKey: string; access: ModelAccess }) {
  const { t } = useTranslation();
  const users = useUsers();
  const restrict = useRestrictModel(modelKey);
  const form = useForm({
    initialValues: {
      who: access.restricted ? 'some' : 'all',
      people: access.users.map(({ user_id: id }) => id),
    },
  });
  const submit = form.onSubmit(({ who, people }) => {
    restrict.mutate(who === 'some' ? people : null, {
      onSuccess: () => {
        form.resetDirty();
        notifications.show({ color: 'verdigris', message: t('modelAccess.saved') });
      },
    });
  });
  // Administrators may use every model, and are named only where they were chosen before they became ones.
  const others = (users.data ?? []).filter(({ is_admin: isAdmin }) => !isAdmin);
  const known = new Map([...access.users, ...others].map((user) => [user.user_id, user]));
  return (
    <form onSubmit={submit} noValidate aria-label={t('modelAccess.title')}>
      <Stack maw={560}>
        <Radio.Group label={t('modelAccess.who')} description={t('modelAccess.whoHint')} {...form.getInputProps('who')}>
          <Stack gap="xs" mt="sm">
            <Radio value="all" label={t('modelAccess.all')} />
            <Radio value="some" label={t('modelAccess.some')} />
          </Stack>
        </Radio.Group>
        {form.values.who === 'some' && (
          <MultiSelect
            searchable
            label={t('modelAccess.people')}
            description={t('modelAccess.peopleHint')}
            placeholder={form.values.people.length === 0 ? t('modelAccess.nobody') : ''}
            nothingFoundMessage={t('shares.nobodyFound')}
            data={[...known.values()].map((user) => ({ value: user.user_id, label: labelOf(user) }))}
            {...form.getInputProps('people')}
          />
        )}
        <ErrorNotice title={t('admin.users.failed')} error={users.error} onRetry={() => void users.refetch()} />
        <ErrorNotice title={t('modelAccess.changeFailed')} error={restrict.error} />
        <Group>
          <Button type="submit" loading={restrict.isPending} disabled={!form.isDirty()}>
            {t('admin.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Two people may have the same name. */
function labelOf(user: { display_name?: string | null; email: string }): string {
  const name = nameOf(user);
  return name === user.email ? name : `${name} (${user.email})`;
}
