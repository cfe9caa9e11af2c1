import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/auth';
import { nameOf, useUpdateUser } from '@/api/users';
import { Notice } from '@/ui/Notice';
import { SecretField } from './SecretField';

/** Sets a new password for somebody who has lost theirs. */
export function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const update = useUpdateUser();
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (password) => (password === '' ? t('auth.passwordRequired') : null) },
  });
  const name = nameOf(user);
  const submit = form.onSubmit(({ password }) => {
    update.mutate(
      { id: user.user_id, password },
      {
        onSuccess: () => {
          notifications.show({ color: 'verdigris', message: t('admin.users.password.done', { name }) });
          onClose();
        },
      },
    );
  });
  return (
    <Modal opened onClose={onClose} title={t('admin.users.password.title', { name })} size="lg" withCloseButton={false}>
      <form onSubmit={submit} noValidate aria-label={t('admin.users.password.title', { name })}>
        <Stack>
          <Text size="sm">{t('admin.users.password.hint')}</Text>
          <SecretField
            data-autofocus
            {...form.getInputProps('password')}
            value={form.values.password}
            onGenerated={(password) => {
              form.setFieldValue('password', password);
            }}
          />
          {update.error && (
            <Notice kind="error" title={t('password.failed')}>
              {update.error.message}
            </Notice>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('admin.cancel')}
            </Button>
            <Button type="submit" loading={update.isPending}>
              {t('admin.users.password.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
