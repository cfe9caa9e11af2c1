import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Card.module.css';

/** A sheet on the page with a heading of its own. */
export function Card({
  title,
  hint,
  actions,
  flush = false,
  children,
}: {
  title?: string;
  hint?: string;
  actions?: ReactNode;
  /** Without inner margin below the heading: for tables and lists that reach the edges. */
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={classes.card} data-flush={flush || undefined} {...(title !== undefined && { 'aria-label': title })}>
      {(title !== undefined || actions !== undefined) && (
        <header className={classes.header}>
          <div>
            {title !== undefined && (
              <Title order={2} size={17}>
                {title}
              </Title>
            )}
            {hint !== undefined && (
              <Text c="dimmed" size="sm">
                {hint}
              </Text>
            )}
          </div>
          {actions !== undefined && <div className={classes.actions}>{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
