import { Button, Group, Modal, Select, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/auth';
import { type Adoption, nameOf, SYSTEM_USER, useAdopt, useUsers } from '@/api/users';
import { Notice } from '@/ui/Notice';

const COUNTED = ['boards', 'images', 'videos', 'workflows', 'style_presets', 'system_prompts', 'queue_items'] as const;

/** Hands somebody what was made before there were accounts, or what another account owns; counted first. */
export function AdoptDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const adopt = useAdopt();
  const [from, setFrom] = useState(SYSTEM_USER);
  const [counted, setCounted] = useState<Adoption | null>(null);
  const others = (useUsers().data ?? []).filter(({ user_id: id }) => id !== user.user_id && id !== SYSTEM_USER);
  const name = nameOf(user);
  const empty = counted !== null && COUNTED.every((key) => counted[key] === 0);
  const run = (dryRun: boolean) => {
    adopt.mutate(
      { id: user.user_id, from, dryRun },
      {
        onSuccess: (answer) => {
          if (answer.dry_run) {
            setCounted(answer);
            return;
          }
          notifications.show({ color: 'verdigris', message: t('admin.users.adopt.done', { name }) });
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={t('admin.users.adopt.title', { name })} withCloseButton={false}>
      <Stack>
        <Text size="sm">{t('admin.users.adopt.hint')}</Text>
        <Select
          label={t('admin.users.adopt.from')}
          allowDeselect={false}
          searchable
          value={from}
          data={[
            { value: SYSTEM_USER, label: t('admin.users.adopt.system') },
            ...others.map((other) => ({ value: other.user_id, label: `${nameOf(other)} (${other.email})` })),
          ]}
          onChange={(value) => {
            setFrom(value ?? SYSTEM_USER);
            setCounted(null);
          }}
        />
        {counted && !empty && (
          <Table aria-label={t('admin.users.adopt.counted')}>
            <Table.Tbody>
              {COUNTED.filter((key) => counted[key] > 0).map((key) => (
                <Table.Tr key={key}>
                  <Table.Td>{t(`admin.users.adopt.${key}`)}</Table.Td>
                  <Table.Td ta="right">{counted[key]}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {empty && (
          <Notice kind="info" title={t('admin.users.adopt.nothing')}>
            {t('admin.users.adopt.nothingHint')}
          </Notice>
        )}
        {adopt.error && (
          <Notice kind="error" title={t('admin.users.changeFailed')}>
            {adopt.error.message}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('admin.cancel')}
          </Button>
          {counted === null || empty ? (
            <Button
              loading={adopt.isPending}
              disabled={empty}
              onClick={() => {
                run(true);
              }}
            >
              {t('admin.users.adopt.count')}
            </Button>
          ) : (
            <Button
              loading={adopt.isPending}
              onClick={() => {
                run(false);
              }}
            >
              {t('admin.users.adopt.submit', { name })}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
