import { Button, Checkbox, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { TFunction } from 'i18next';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLogin } from '@/api/auth';
import { ApiError } from '@/api/client';
import { looksLikeEmail } from '@/api/rules';
import { useSession } from '@/api/session';
import { Notice } from '@/ui/Notice';
import { AuthFrame } from './AuthFrame';

export function LoginPage() {
  const { t } = useTranslation();
  const expired = useSession((session) => session.expired);
  const login = useLogin();
  const [capsLock, setCapsLock] = useState(false);
  const form = useForm({
    initialValues: { email: '', password: '', rememberMe: false },
    validate: {
      email: (email) => (looksLikeEmail(email) ? null : t('auth.emailInvalid')),
      password: (password) => (password === '' ? t('auth.passwordRequired') : null),
    },
  });
  const submit = form.onSubmit(({ email, password, rememberMe }) => {
    login.mutate({ email: email.trim(), password, remember_me: rememberMe });
  });
  const watchCapsLock = (event: KeyboardEvent) => {
    setCapsLock(event.getModifierState('CapsLock'));
  };

  const failure = login.error && explain(login.error, t);
  return (
    <AuthFrame title={t('auth.signInTitle')} hint={t('auth.signInHint')}>
      <form onSubmit={submit} noValidate aria-label={t('auth.signIn')}>
        <Stack gap="md">
          {failure && (
            <Notice kind="error" title={failure.title}>
              {failure.hint}
            </Notice>
          )}
          {!failure && expired && (
            <Notice kind="info" title={t('auth.sessionExpired')}>
              {t('auth.sessionExpiredHint')}
            </Notice>
          )}
          <TextInput
            label={t('auth.email')}
            placeholder={t('auth.emailPlaceholder')}
            type="email"
            autoComplete="username"
            autoFocus
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('auth.password')}
            autoComplete="current-password"
            onKeyDown={watchCapsLock}
            onKeyUp={watchCapsLock}
            description={capsLock ? t('auth.capsLock') : undefined}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            {...form.getInputProps('password')}
          />
          <Checkbox
            label={t('auth.rememberMe')}
            description={t('auth.rememberMeHint')}
            {...form.getInputProps('rememberMe', { type: 'checkbox' })}
          />
          <Button type="submit" size="md" mt={4} loading={login.isPending}>
            {t('auth.signIn')}
          </Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}

function explain(error: Error, t: TFunction): { title: string; hint: string } {
  if (!(error instanceof ApiError)) return { title: t('auth.signInFailed'), hint: error.message };
  if (error.isOffline) return { title: t('app.unreachable'), hint: t('app.unreachableHint') };
  switch (error.status) {
    case 401:
      return { title: t('auth.badCredentials'), hint: t('auth.badCredentialsHint') };
    case 403:
      return { title: t('auth.accountDisabled'), hint: t('auth.accountDisabledHint') };
    case 429: {
      const seconds = error.retryAfterSeconds;
      const hint = seconds === null ? t('auth.tooManyAttemptsSoon') : t('auth.tooManyAttemptsHint', { count: seconds });
      return { title: t('auth.tooManyAttempts'), hint };
    }
    default:
      return { title: t('auth.signInFailed'), hint: error.message };
  }
}
