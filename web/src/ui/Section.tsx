import { Collapse, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import classes from './Section.module.css';

type Props = {
  title: string;
  icon: ReactNode;
  /** What is set, while the section is closed. */
  summary?: string;
  opened?: boolean;
  /** How much is in it: the section opens when something is added. */
  amount?: number;
  children: ReactNode;
};

/** A part of a panel that can be folded away. */
export function Section({ title, icon, summary, opened = false, amount = 0, children }: Props) {
  const [isOpen, setIsOpen] = useState(opened || amount > 0);
  const [known, setKnown] = useState(amount);
  if (amount !== known) {
    setKnown(amount);
    if (amount > known) setIsOpen(true);
  }
  const id = useId();
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>
        <UnstyledButton
          className={classes.toggle}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => {
            setIsOpen(!isOpen);
          }}
        >
          <span className={classes.icon} aria-hidden="true">
            {icon}
          </span>
          <span className={classes.title}>{title}</span>
          <span className={classes.summary}>{isOpen ? null : summary}</span>
          <IconChevronDown size={16} className={classes.chevron} aria-hidden="true" />
        </UnstyledButton>
      </h2>
      <Collapse expanded={isOpen} id={id}>
        <div className={classes.body}>{children}</div>
      </Collapse>
    </section>
  );
}
