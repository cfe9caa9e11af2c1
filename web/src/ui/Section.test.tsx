import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Section } from './Section';

function section(amount: number) {
  return (
    <MantineProvider env="test">
      <Section title="References" icon={null} amount={amount}>
        <button type="button">Add</button>
      </Section>
    </MantineProvider>
  );
}

test('a section opens when something is added to it, and what has the focus keeps it', async () => {
  const { rerender } = render(section(0));
  const toggle = screen.getByRole('button', { name: 'References' });
  expect(toggle).toHaveAttribute('aria-expanded', 'false');
  rerender(section(1));
  expect(toggle).toHaveAttribute('aria-expanded', 'true');

  const add = screen.getByText('Add');
  add.focus();
  rerender(section(2));
  expect(document.activeElement).toBe(add);

  await userEvent.setup().click(toggle);
  rerender(section(1));
  expect(toggle).toHaveAttribute('aria-expanded', 'false');
});
