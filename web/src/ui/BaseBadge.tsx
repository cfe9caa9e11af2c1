import { Badge } from '@mantine/core';

const NAMES: Readonly<Record<string, { label: string; color: string }>> = {
  'sd-1': { label: 'SD 1.x', color: 'verdigris' },
  'sd-2': { label: 'SD 2.x', color: 'cyan' },
  'sd-3': { label: 'SD 3.x', color: 'indigo' },
  sdxl: { label: 'SDXL', color: 'grape' },
  'sdxl-refiner': { label: 'SDXL Refiner', color: 'violet' },
  flux: { label: 'FLUX', color: 'orange' },
  any: { label: 'Any', color: 'gray' },
  unknown: { label: '?', color: 'gray' },
};

export function baseLabel(base: string): string {
  return NAMES[base]?.label ?? base;
}

/** The family a model belongs to. */
export function BaseBadge({ base }: { base: string }) {
  return (
    <Badge variant="light" size="sm" radius="sm" color={NAMES[base]?.color ?? 'gray'} flex="none" tt="none">
      {baseLabel(base)}
    </Badge>
  );
}
