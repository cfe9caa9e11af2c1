import { IconCheck, IconCircleDashed } from '@tabler/icons-react';
import { VisuallyHidden } from '@mantine/core';
import classes from './PasswordRules.module.css';

type Rule = { id: string; label: string; met: boolean };

/** A list of rules that ticks itself off while one types. */
export function PasswordRules({
  title,
  rules,
  met,
  missing,
}: {
  title: string;
  rules: readonly Rule[];
  met: string;
  missing: string;
}) {
  return (
    <div className={classes.root}>
      <p className={classes.title}>{title}</p>
      <ul className={classes.list} aria-label={title}>
        {rules.map((rule) => (
          <li key={rule.id} className={classes.rule} data-met={rule.met || undefined}>
            {rule.met ? (
              <IconCheck size={16} stroke={2.5} aria-hidden="true" />
            ) : (
              <IconCircleDashed size={16} aria-hidden="true" />
            )}
            {rule.label}
            <VisuallyHidden> – {rule.met ? met : missing}</VisuallyHidden>
          </li>
        ))}
      </ul>
    </div>
  );
}
