import { Button, Group, PasswordInput, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHubLogin, useSetHubToken } from '@/api/modelSources';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { Notice } from '@/ui/Notice';

/** The token with which the server downloads from Hugging Face what is not for everybody. */
export function HubToken() {
  const { t } = useTranslation();
  const login = useHubLogin();
  const set = useSetHubToken();
  const state = login.data;
  // While one counts, an answer would not tell whether another was taken.
  const asks = state !== undefined && state !== 'valid';
  return (
    <Stack maw={560}>
      <Text size="sm" c="dimmed">
        {t('hubToken.hint')}
      </Text>
      <ErrorNotice title={t('hubToken.failed')} error={login.error} onRetry={() => void login.refetch()} />
      {login.isPending && <Skeleton height={64} radius="md" />}
      {state !== undefined && (
        <Notice kind={state === 'valid' ? 'success' : 'info'} title={t(`hubToken.state.${state}`)}>
          {t(`hubToken.stateHint.${state}`)}
        </Notice>
      )}
      {asks && <TokenForm onSave={set.mutateAsync} isPending={set.isPending && set.variables !== null} />}
      {set.isSuccess && set.variables !== null && set.data !== 'valid' && (
        <Notice kind="error" title={t('hubToken.notKept')}>
          {t(`hubToken.notKeptHint.${set.data}`)}
        </Notice>
      )}
      {set.isSuccess && set.variables === null && set.data === 'valid' && (
        <Notice kind="error" title={t('hubToken.another')}>
          {t('hubToken.anotherHint')}
        </Notice>
      )}
      <ErrorNotice title={t('hubToken.changeFailed')} error={set.error} />
      {state !== undefined && state !== 'invalid' && (
        <Group>
          <Button
            variant="default"
            loading={set.isPending && set.variables === null}
            onClick={() => {
              set.mutate(null);
            }}
          >
            {t('hubToken.forget')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function TokenForm({ onSave, isPending }: { onSave: (token: string) => Promise<unknown>; isPending: boolean }) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const wanted = token.trim();
  return (
    <form
      aria-label={t('hubToken.title')}
      onSubmit={(event) => {
        event.preventDefault();
        // What went wrong is said above.
        if (wanted !== '') onSave(wanted).catch(() => undefined);
      }}
    >
      <Group align="flex-end" gap="xs">
        <PasswordInput
          flex={1}
          miw={220}
          label={t('hubToken.label')}
          description={t('hubToken.labelHint')}
          placeholder="hf_…"
          autoComplete="off"
          value={token}
          onChange={(event) => {
            setToken(event.currentTarget.value);
          }}
        />
        <Button type="submit" loading={isPending} disabled={wanted === ''}>
          {t('admin.save')}
        </Button>
      </Group>
    </form>
  );
}
