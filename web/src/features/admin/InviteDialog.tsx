import { Button, Checkbox, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverUrl } from '@/api/base';
import { looksLikeEmail } from '@/api/rules';
import { useCreateUser } from '@/api/users';
import { CopyButton } from '@/ui/CopyButton';
import { Notice } from '@/ui/Notice';
import { SecretField } from './SecretField';

type Invitation = { email: string; password: string };

/** Makes an account, and shows once what the new person needs to sign in. */
export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<Invitation | null>(null);
  const close = () => {
    onClose();
    setMade(null);
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made === null ? t('admin.users.invite.title') : t('admin.users.invite.made')}
      size="lg"
      // The password is shown this once.
      closeOnClickOutside={made === null}
      closeButtonProps={{ 'aria-label': t('admin.close') }}
    >
      {made === null ? <Invite onMade={setMade} onClose={close} /> : <HandOver invitation={made} onClose={close} />}
    </Modal>
  );
}

function Invite({ onMade, onClose }: { onMade: (invitation: Invitation) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateUser();
  const form = useForm({
    initialValues: { email: '', name: '', password: '', isAdmin: false },
    validate: {
      email: (email) => (looksLikeEmail(email) ? null : t('auth.emailInvalid')),
      password: (password) => (password === '' ? t('auth.passwordRequired') : null),
    },
  });
  const submit = form.onSubmit(({ email, name, password, isAdmin }) => {
    const body = { email: email.trim(), display_name: name.trim() === '' ? null : name.trim(), password, is_admin: isAdmin };
    create.mutate(body, {
      onSuccess: () => {
        onMade({ email: body.email, password });
      },
    });
  });
  return (
    <form onSubmit={submit} noValidate aria-label={t('admin.users.invite.title')}>
      <Stack>
        <TextInput
          label={t('auth.email')}
          description={t('setup.emailHint')}
          placeholder={t('auth.emailPlaceholder')}
          type="email"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <TextInput label={t('auth.displayName')} autoComplete="off" {...form.getInputProps('name')} />
        <SecretField
          {...form.getInputProps('password')}
          value={form.values.password}
          onGenerated={(password) => {
            form.setFieldValue('password', password);
          }}
        />
        <Checkbox
          label={t('admin.users.invite.admin')}
          description={t('admin.users.invite.adminHint')}
          {...form.getInputProps('isAdmin', { type: 'checkbox' })}
        />
        {create.error && (
          <Notice kind="error" title={t('setup.failed')}>
            {create.error.message}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('admin.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('admin.users.invite.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function HandOver({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { t } = useTranslation();
  const text = t('admin.users.invite.text', { address: serverUrl(''), ...invitation });
  return (
    <Stack>
      <Text size="sm">{t('admin.users.invite.once')}</Text>
      <Code block>{text}</Code>
      <Notice kind="info" title={t('admin.users.invite.careful')}>
        {t('admin.users.invite.carefulHint')}
      </Notice>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={<IconCopy size={16} />} onClick={copy}>
              {copied ? t('admin.users.copied') : t('admin.users.invite.copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose} data-autofocus>
          {t('models.done')}
        </Button>
      </Group>
    </Stack>
  );
}
