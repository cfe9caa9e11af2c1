import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Notice.module.css';

const KINDS = {
  error: { role: 'alert', icon: <IconAlertTriangle /> },
  info: { role: 'status', icon: <IconInfoCircle /> },
  success: { role: 'status', icon: <IconCircleCheck /> },
} as const;

/** A message in the flow of the page: errors interrupt a screen reader, the rest waits its turn. */
export function Notice({ kind, title, children }: { kind: keyof typeof KINDS; title: string; children?: ReactNode }) {
  const { role, icon } = KINDS[kind];
  return (
    <Alert role={role} icon={icon} title={title} data-kind={kind} classNames={classes}>
      {children}
    </Alert>
  );
}
