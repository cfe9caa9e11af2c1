import { Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useChangePassword } from '@/api/auth';
import { ApiError } from '@/api/client';
import { Notice } from '@/ui/Notice';
import { AuthFrame } from './AuthFrame';
import { NewPassword, usePasswordRules } from './NewPassword';

/** Sets another password for the signed-in account. `due`: the server says that this one is too old. */
export function ChangePasswordPage({ due, onDone }: { due: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const { missing } = usePasswordRules();
  const change = useChangePassword();
  const form = useForm({
    initialValues: { current: '', password: '', confirmation: '' },
    validate: {
      current: (current) => (current === '' ? t('auth.passwordRequired') : null),
      password: missing,
      confirmation: (confirmation, values) => (confirmation === values.password ? null : t('auth.confirmMismatch')),
    },
  });
  const submit = form.onSubmit(({ current, password }) => {
    change.mutate({ current_password: current, new_password: password }, { onSuccess: onDone });
  });
  const offline = change.error instanceof ApiError && change.error.isOffline;
  const { password } = form.values;
  return (
    <AuthFrame title={t('password.title')} hint={due ? t('password.dueHint') : t('password.hint')}>
      <form onSubmit={submit} noValidate aria-label={t('password.title')}>
        <Stack gap="md">
          {change.error && (
            <Notice kind="error" title={t('password.failed')}>
              {offline ? t('app.unreachable') : change.error.message}
            </Notice>
          )}
          <PasswordInput
            label={t('password.current')}
            autoComplete="current-password"
            autoFocus
            {...form.getInputProps('current')}
          />
          <NewPassword label={t('password.new')} password={password} {...form.getInputProps('password')} />
          <PasswordInput label={t('auth.confirmPassword')} autoComplete="new-password" {...form.getInputProps('confirmation')} />
          <Button type="submit" size="md" mt={4} loading={change.isPending}>
            {t('password.submit')}
          </Button>
          <Button variant="subtle" onClick={onDone}>
            {due ? t('password.later') : t('password.cancel')}
          </Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
