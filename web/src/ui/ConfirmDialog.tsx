import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Notice } from './Notice';

type Props = {
  opened: boolean;
  title: string;
  /** What will happen, in one sentence. */
  hint?: string;
  confirmLabel: string;
  cancelLabel: string;
  /** Whether something is lost for good. */
  danger?: boolean;
  isPending?: boolean;
  /** Why the last attempt failed. */
  error?: { title: string; message: string } | null;
  onConfirm: () => void;
  onClose: () => void;
  /** Further choices. */
  children?: ReactNode;
};

/** A question before something that cannot be undone. The harmless answer has the focus. */
export function ConfirmDialog({
  opened,
  title,
  hint,
  confirmLabel,
  cancelLabel,
  danger = false,
  isPending = false,
  error = null,
  onConfirm,
  onClose,
  children,
}: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm" zIndex={400} withCloseButton={false}>
      <Stack>
        {hint !== undefined && <Text size="sm">{hint}</Text>}
        {children}
        {error && (
          <Notice kind="error" title={error.title}>
            {error.message}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancelLabel}
          </Button>
          <Button {...(danger && { color: 'red' })} loading={isPending} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
