import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './PageFrame.module.css';

type Props = {
  title: string;
  hint?: string;
  /** Buttons beside the title. */
  actions?: ReactNode;
  /** `reading`: a column of text and forms; `full`: lists and tables. */
  width?: 'reading' | 'full';
  children: ReactNode;
};

/** A page that scrolls: a title, what can be done, the content. */
export function PageFrame({ title, hint, actions, width = 'full', children }: Props) {
  return (
    <div className={classes.page}>
      <div className={classes.column} data-width={width}>
        <header className={classes.header}>
          <div className={classes.words}>
            <Title order={1} size={26} lh={1.2}>
              {title}
            </Title>
            {hint !== undefined && (
              <Text c="dimmed" size="sm" mt={2}>
                {hint}
              </Text>
            )}
          </div>
          {actions !== undefined && <div className={classes.actions}>{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}
