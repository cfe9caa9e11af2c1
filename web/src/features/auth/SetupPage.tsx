import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useRecover, useSetup } from '@/api/auth';
import { ApiError } from '@/api/client';
import { looksLikeEmail } from '@/api/rules';
import { Notice } from '@/ui/Notice';
import { AuthFrame } from './AuthFrame';
import { NewPassword, usePasswordRules } from './NewPassword';

/**
 * Creates the first administrator of a new installation; with `recovery` one of an installation that nobody can
 * administer any more, by a code from the server's console.
 */
export function SetupPage({ recovery = false }: { recovery?: boolean }) {
  const { t } = useTranslation();
  const { missing } = usePasswordRules();
  const setup = useSetup();
  const recover = useRecover();
  const { error, isPending } = recovery ? recover : setup;
  const words = recovery ? 'recover' : 'setup';
  const form = useForm({
    initialValues: { code: '', email: '', displayName: '', password: '', confirmation: '' },
    validateInputOnBlur: ['email'],
    validate: {
      code: (code) => (recovery && code.trim() === '' ? t('recover.codeRequired') : null),
      email: (email) => (looksLikeEmail(email) ? null : t('auth.emailInvalid')),
      password: missing,
      confirmation: (confirmation, values) => (confirmation === values.password ? null : t('auth.confirmMismatch')),
    },
  });

  const showProblems = (problem: Error) => {
    if (!(problem instanceof ApiError)) return;
    for (const { field, message } of problem.problems)
      if (field === 'email' || field === 'password') form.setFieldError(field, message);
  };
  const submit = form.onSubmit(({ code, email, displayName, password }) => {
    const account = { email: email.trim(), display_name: displayName.trim() || null, password };
    if (recovery) recover.mutate({ ...account, code: code.trim() }, { onError: showProblems });
    else setup.mutate(account, { onError: showProblems });
  });

  const { password, confirmation } = form.values;
  const matches = confirmation !== '' && confirmation === password;
  return (
    <AuthFrame title={t(`${words}.title`)} hint={t(`${words}.hint`)}>
      <form onSubmit={submit} noValidate aria-label={t(`${words}.title`)}>
        <Stack gap="md">
          {error && (
            <Notice kind="error" title={t(`${words}.failed`)}>
              {describe(error, t('app.unreachable'))}
            </Notice>
          )}
          {recovery && (
            <TextInput
              label={t('recover.code')}
              description={t('recover.codeHint')}
              placeholder="XXXX-XXXX-XXXX-XXXX"
              autoComplete="one-time-code"
              {...form.getInputProps('code')}
            />
          )}
          <TextInput
            label={t('auth.email')}
            description={t(`${words}.emailHint`)}
            placeholder={t('auth.emailPlaceholder')}
            type="email"
            autoComplete="username"
            autoFocus
            {...form.getInputProps('email')}
          />
          <TextInput
            label={t('auth.displayName')}
            description={t('auth.displayNameHint')}
            placeholder={t('auth.displayNamePlaceholder')}
            autoComplete="name"
            {...form.getInputProps('displayName')}
          />
          <NewPassword label={t('auth.password')} password={password} {...form.getInputProps('password')} />
          <PasswordInput
            label={t('auth.confirmPassword')}
            autoComplete="new-password"
            {...form.getInputProps('confirmation')}
            description={matches ? t('auth.confirmMatch') : undefined}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
          />
          <Button type="submit" size="md" mt={4} loading={isPending}>
            {t(`${words}.submit`)}
          </Button>
          <Text size="xs" c="dimmed">
            <strong>{t('setup.keepSafe')}.</strong> {t('setup.keepSafeHint')} {t('setup.advice')}
          </Text>
        </Stack>
      </form>
    </AuthFrame>
  );
}

function describe(error: Error, offline: string): string {
  return error instanceof ApiError && error.isOffline ? offline : error.message;
}
