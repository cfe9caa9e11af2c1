import { ActionIcon, Button, Group, TextInput, type TextInputProps, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconSparkles } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useServerStatus } from '@/api/auth';
import { passwordRules } from '@/api/rules';
import { useGeneratePassword } from '@/api/users';
import { CopyButton } from '@/ui/CopyButton';

type Props = TextInputProps & { value: string; onGenerated: (password: string) => void };

/** A password that is handed on: readable, made by the server on request, copied with one click. */
export function SecretField({ value, onGenerated, ...input }: Props) {
  const { t } = useTranslation();
  const generate = useGeneratePassword();
  const policy = useServerStatus().data ?? { strict_password_checking: true };
  const rules = passwordRules(policy)
    .filter(({ required }) => required)
    .map(({ rule, count }) => t(`passwordRules.${rule}`, { count }));
  return (
    <TextInput
      label={t('auth.password')}
      description={rules.length > 0 ? `${t('passwordRules.title')}: ${rules.join(', ')}` : undefined}
      autoComplete="off"
      spellCheck={false}
      rightSectionWidth={40}
      rightSection={
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t('admin.users.copied') : t('admin.users.copy')}>
              <ActionIcon variant="subtle" color="gray" aria-label={t('admin.users.copy')} disabled={value === ''} onClick={copy}>
                {copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      }
      inputContainer={(field) => (
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <div style={{ flex: 1 }}>{field}</div>
          <Button
            variant="default"
            leftSection={<IconSparkles size={16} />}
            loading={generate.isPending}
            onClick={() => {
              generate.mutate(undefined, { onSuccess: onGenerated });
            }}
          >
            {t('admin.users.generate')}
          </Button>
        </Group>
      )}
      value={value}
      {...input}
    />
  );
}
