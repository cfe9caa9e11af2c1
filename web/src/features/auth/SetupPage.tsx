import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useServerStatus, useSetup } from '@/api/auth';
import { ApiError } from '@/api/client';
import { keepsPasswordRules, looksLikeEmail, PASSWORD_RULES } from '@/api/rules';
import { Notice } from '@/ui/Notice';
import { PasswordRules } from '@/ui/PasswordRules';
import { AuthFrame } from './AuthFrame';

/** Creates the first administrator of a new installation. */
export function SetupPage() {
  const { t } = useTranslation();
  const strict = useServerStatus().data?.strict_password_checking ?? true;
  const setup = useSetup();
  const form = useForm({
    initialValues: { email: '', displayName: '', password: '', confirmation: '' },
    validateInputOnBlur: ['email'],
    validate: {
      email: (email) => (looksLikeEmail(email) ? null : t('auth.emailInvalid')),
      password: (password) => {
        if (password === '') return t('auth.passwordRequired');
        return strict && !keepsPasswordRules(password) ? t('passwordRules.title') + ': ' + firstMissing(password) : null;
      },
      confirmation: (confirmation, values) => (confirmation === values.password ? null : t('auth.confirmMismatch')),
    },
  });
  const firstMissing = (password: string) =>
    PASSWORD_RULES.filter(({ holds }) => !holds(password))
      .map(({ rule }) => t(`passwordRules.${rule}`))
      .join(', ');

  const submit = form.onSubmit(({ email, displayName, password }) => {
    setup.mutate(
      { email: email.trim(), display_name: displayName.trim() || null, password },
      {
        onError: (error) => {
          if (!(error instanceof ApiError)) return;
          for (const { field, message } of error.problems)
            if (field === 'email' || field === 'password') form.setFieldError(field, message);
        },
      },
    );
  });

  const { password, confirmation } = form.values;
  const matches = confirmation !== '' && confirmation === password;
  return (
    <AuthFrame title={t('setup.title')} hint={t('setup.hint')}>
      <form onSubmit={submit} noValidate aria-label={t('setup.title')}>
        <Stack gap="md">
          {setup.error && (
            <Notice kind="error" title={t('setup.failed')}>
              {describe(setup.error, t('app.unreachable'))}
            </Notice>
          )}
          <TextInput
            label={t('auth.email')}
            description={t('setup.emailHint')}
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
          <PasswordInput label={t('auth.password')} autoComplete="new-password" {...form.getInputProps('password')} />
          <PasswordRules
            title={strict ? t('passwordRules.title') : t('passwordRules.titleAdvice')}
            rules={PASSWORD_RULES.map(({ rule, holds }) => ({
              id: rule,
              label: t(`passwordRules.${rule}`),
              met: holds(password),
            }))}
            met={t('passwordRules.met')}
            missing={t('passwordRules.missing')}
          />
          <PasswordInput
            label={t('auth.confirmPassword')}
            autoComplete="new-password"
            {...form.getInputProps('confirmation')}
            description={matches ? t('auth.confirmMatch') : undefined}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
          />
          <Button type="submit" size="md" mt={4} loading={setup.isPending}>
            {t('setup.submit')}
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
