import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/auth';
import { useUpdateUser } from '@/api/users';
import { Notice } from '@/ui/Notice';

/** Changes the name others see. */
export function RenameDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const update = useUpdateUser();
  const form = useForm({ initialValues: { name: user.display_name ?? '' } });
  const submit = form.onSubmit(({ name }) => {
    update.mutate({ id: user.user_id, display_name: name.trim() }, { onSuccess: onClose });
  });
  return (
    <Modal opened onClose={onClose} title={t('admin.users.rename.title', { email: user.email })} withCloseButton={false}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t('auth.displayName')}
            description={t('auth.displayNameHint')}
            data-autofocus
            {...form.getInputProps('name')}
          />
          {update.error && (
            <Notice kind="error" title={t('admin.users.changeFailed')}>
              {update.error.message}
            </Notice>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('admin.cancel')}
            </Button>
            <Button type="submit" loading={update.isPending}>
              {t('admin.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
