// A queue item in words.
import type { QueueSummary } from '@/api/queueList';

type Described = Pick<QueueSummary, 'field_values' | 'destination' | 'origin'>;

const PROMPT_FIELDS = /prompt|^value$/;
const LONGEST = 200;

/** The first text that was put in for this item: nearly always the prompt. `null` when there is none. */
export function promptOf(item: Described): string | null {
  for (const { field_name: name, value } of item.field_values ?? []) {
    if (typeof value === 'string' && PROMPT_FIELDS.test(name) && value.trim() !== '') return value.trim().slice(0, LONGEST);
  }
  return null;
}

const KINDS = ['canvas', 'upscale', 'upscaling', 'workflows', 'generate', 'gallery'] as const;
export type Kind = 'canvas' | 'upscale' | 'workflow' | 'picture';

/** Where it comes from; what the page itself enqueues says so in its origin, the reference's page in its destination. */
export function kindOf({ origin, destination }: Described): Kind {
  const known = [origin, destination].flatMap((word) => KINDS.filter((kind) => word?.startsWith(kind) === true));
  if (known.includes('canvas')) return 'canvas';
  if (known.includes('upscale') || known.includes('upscaling')) return 'upscale';
  if (known.includes('workflows')) return 'workflow';
  return 'picture';
}
