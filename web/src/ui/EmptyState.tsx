import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';

/** What stands where there is nothing yet: what it is, and the way on. */
export function EmptyState({
  icon,
  title,
  hint,
  children,
}: {
  icon: ReactNode;
  title: string;
  hint?: string;
  children?: ReactNode;
}) {
  return (
    <Stack align="center" gap="sm" className={classes.root}>
      <span className={classes.icon} aria-hidden="true">
        {icon}
      </span>
      <Title order={2} size="h4" ta="center">
        {title}
      </Title>
      {hint !== undefined && (
        <Text c="dimmed" ta="center" maw={420} size="sm">
          {hint}
        </Text>
      )}
      {children}
    </Stack>
  );
}
