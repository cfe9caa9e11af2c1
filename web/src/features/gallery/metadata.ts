// The rows that the viewer shows of a picture's metadata.
import { schedulerLabel } from '@/api/schedulers';

export type MetadataRow = {
  key: 'prompt' | 'negativePrompt' | 'model' | 'seed' | 'steps' | 'cfgScale' | 'scheduler' | 'size';
  value: string;
};

export function metadataRows(metadata: Record<string, unknown>): MetadataRow[] {
  const rows: MetadataRow[] = [];
  const add = (key: MetadataRow['key'], value: unknown) => {
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') rows.push({ key, value: String(value) });
  };
  add('prompt', metadata.positive_prompt);
  add('negativePrompt', metadata.negative_prompt);
  const { model, width, height } = metadata;
  if (typeof model === 'object' && model !== null && 'name' in model) add('model', model.name);
  add('seed', metadata.seed);
  add('steps', metadata.steps);
  add('cfgScale', metadata.cfg_scale);
  if (typeof metadata.scheduler === 'string') add('scheduler', schedulerLabel(metadata.scheduler));
  if (typeof width === 'number' && typeof height === 'number') add('size', `${width} × ${height}`);
  return rows;
}
