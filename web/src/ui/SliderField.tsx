import { Group, NumberInput, Slider, Text } from '@mantine/core';
import { useId } from 'react';
import classes from './SliderField.module.css';

type Props = {
  label: string;
  hint: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step: number;
};

/** A slider for the hand and a number for the exact value. */
export function SliderField({ label, hint, value, onChange, min, max, step }: Props) {
  const id = useId();
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <div>
          <Text component="label" htmlFor={id} size="sm" fw={550}>
            {label}
          </Text>
          <Text size="xs" c="dimmed">
            {hint}
          </Text>
        </div>
        <NumberInput
          id={id}
          className={classes.number}
          value={value}
          min={min}
          max={max}
          step={step}
          decimalScale={step < 1 ? 2 : 0}
          onChange={(next) => {
            if (typeof next === 'number' && next >= min && next <= max) onChange(next);
          }}
        />
      </Group>
      <Slider
        className={classes.slider}
        thumbLabel={label}
        value={value}
        onChange={onChange}
        min={min}
        max={max}
        step={step}
        label={null}
      />
    </div>
  );
}
