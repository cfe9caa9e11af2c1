// Style presets: texts around a prompt.
import { useQuery } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type Preset = Schemas['StylePresetRecordWithImage'];

export function usePresets() {
  return useQuery({
    queryKey: keys.presets,
    queryFn: ({ signal }) => api.get('/api/v1/style_presets/', { signal }),
    staleTime: 60_000,
  });
}

const PLACE = '{prompt}';

/** A prompt with a preset's text around it; where the preset names no place, behind it. */
export function withPreset(prompt: string, template: string): string {
  if (template.includes(PLACE)) return template.replaceAll(PLACE, prompt);
  return [prompt, template].filter((part) => part !== '').join(' ');
}
