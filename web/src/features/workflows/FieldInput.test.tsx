import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { Providers } from '@/app/Providers';
import { FieldInput } from './FieldInput';
import type { InputTemplate } from './templates';

function Field({ type, initial, onValue }: { type: string; initial: unknown; onValue: (value: unknown) => void }) {
  const [value, setValue] = useState(initial);
  const template: InputTemplate = {
    name: 'field',
    title: 'Field',
    description: '',
    type: { name: type, cardinality: 'one' },
    input: 'any',
    required: false,
    hidden: false,
    order: 0,
    initial: undefined,
    options: [],
    optionLabels: {},
    multiline: false,
    minimum: null,
    maximum: null,
    multipleOf: null,
    modelTypes: [],
    modelBases: [],
  };
  return (
    <FieldInput
      template={template}
      label="Field"
      value={value}
      onChange={(next) => {
        setValue(next);
        onValue(next);
      }}
    />
  );
}

function show(type: string, initial: unknown) {
  const given: unknown[] = [];
  render(
    <Providers isTest>
      <Field type={type} initial={initial} onValue={(value) => given.push(value)} />
    </Providers>,
  );
  return { user: userEvent.setup(), field: screen.getByLabelText('Field'), given };
}

test('numbers with decimals and signs can be typed', async () => {
  const { user, field, given } = show('FloatField', 7);
  await user.clear(field);
  await user.type(field, '-1.05');
  expect(field).toHaveValue('-1.05');
  expect(given.at(-1)).toBe(-1.05);
});

test('colours can be typed', async () => {
  const { user, field, given } = show('ColorField', { r: 1, g: 2, b: 3, a: 255 });
  await user.clear(field);
  await user.type(field, '#102030ff');
  expect(field).toHaveValue('#102030ff');
  expect(given.at(-1)).toEqual({ r: 16, g: 32, b: 48, a: 255 });
});
