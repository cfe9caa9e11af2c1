import type { FieldType } from './templates';

const COLORS: Readonly<Record<string, string>> = {
  IntegerField: '#c2483c',
  FloatField: '#d9822b',
  StringField: '#c9a11d',
  BooleanField: '#3f8f4f',
  EnumField: '#5b7bd5',
  SchedulerField: '#5b7bd5',
  ImageField: '#8a5bd0',
  LatentsField: '#d0569b',
  ConditioningField: '#2a9db0',
  ModelIdentifierField: '#0c8f86',
  UNetField: '#b0592a',
  CLIPField: '#3f9f7f',
  VAEField: '#3d7fd0',
  ControlField: '#4a8f9f',
  BoardField: '#7a6ff0',
};

/** Things of one type are of one colour, so that one sees what fits. */
export function typeColor({ name }: FieldType): string {
  const known = COLORS[name];
  if (known !== undefined) return known;
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  return `hsl(${hash} 42% 52%)`;
}
