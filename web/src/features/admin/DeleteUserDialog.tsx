import { Button, Group, Modal, Radio, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/auth';
import { nameOf, SYSTEM_USER, useDeleteUser } from '@/api/users';
import { Notice } from '@/ui/Notice';

type Props = { user: User; others: readonly User[]; onClose: () => void };

const CHOICES = ['delete', 'transfer', 'keep'] as const;
type Choice = (typeof CHOICES)[number];

/** Deletes an account, after asking what becomes of its content. */
export function DeleteUserDialog({ user, others, onClose }: Props) {
  const { t } = useTranslation();
  const remove = useDeleteUser();
  const [choice, setChoice] = useState<Choice>('delete');
  const [to, setTo] = useState<string | null>(null);
  const name = nameOf(user);
  const heirs = others.filter(({ user_id: id }) => id !== user.user_id && id !== SYSTEM_USER);
  const incomplete = choice === 'transfer' && to === null;
  return (
    <Modal opened onClose={onClose} title={t('admin.users.delete.title', { name })} withCloseButton={false}>
      <Stack>
        <Radio.Group
          label={t('admin.users.delete.content')}
          value={choice}
          onChange={(value) => {
            setChoice(CHOICES.find((known) => known === value) ?? 'delete');
          }}
        >
          <Stack gap="sm" mt="xs">
            {CHOICES.map((value) => (
              <Radio
                key={value}
                value={value}
                disabled={value === 'transfer' && heirs.length === 0}
                label={t(`admin.users.delete.${value}`)}
                description={t(`admin.users.delete.${value}Hint`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {choice === 'transfer' && (
          <Select
            label={t('admin.users.delete.heir')}
            placeholder={t('admin.users.delete.chooseHeir')}
            searchable
            value={to}
            data={heirs.map((heir) => ({ value: heir.user_id, label: `${nameOf(heir)} (${heir.email})` }))}
            onChange={setTo}
          />
        )}
        <Text size="sm" c="dimmed">
          {t('admin.users.delete.hint')}
        </Text>
        {remove.error && (
          <Notice kind="error" title={t('admin.users.delete.failed')}>
            {remove.error.message}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('admin.cancel')}
          </Button>
          <Button
            color="red"
            disabled={incomplete}
            loading={remove.isPending}
            onClick={() => {
              const fate = choice === 'transfer' ? (to === null ? null : { content: choice, to }) : { content: choice };
              if (fate === null) return;
              remove.mutate(
                { id: user.user_id, fate },
                {
                  onSuccess: () => {
                    notifications.show({ color: 'verdigris', message: t('admin.users.delete.done', { name }) });
                    onClose();
                  },
                },
              );
            }}
          >
            {t('admin.users.delete.action')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
