import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import '@/i18n';
import type { Model } from '@/api/models';
import { ExamplePrompts } from './ExamplePrompts';

const model = (source: string): Model => ({
  key: source,
  hash: '',
  name: source,
  base: 'sd-1',
  type: 'main',
  record: { source },
});

test('the small model offers prompts, and a click takes both', async () => {
  const onChoose = vi.fn();
  const models = [model('/models/large'), model('starter')];
  render(<ExamplePrompts models={models} onChoose={onChoose} />, { wrapper: MantineProvider });
  await userEvent.click(screen.getByRole('button', { name: 'a red circle on a blue background' }));
  expect(onChoose).toHaveBeenCalledWith(models[1], 'a red circle on a blue background');
});

test('without the small model there are none', () => {
  render(<ExamplePrompts models={[model('/models/large')]} onChoose={vi.fn()} />, { wrapper: MantineProvider });
  expect(screen.queryByRole('button')).toBeNull();
});
