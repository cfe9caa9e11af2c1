// Installed models, and installing one.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type InstallJob = Schemas['ModelInstallJob'];

/** An installed model. Which fields a record has besides these depends on its type, base and format. */
export type Model = {
  key: string;
  hash: string;
  name: string;
  base: string;
  type: string;
  /** The record as the server gave it. */
  record: Record<string, unknown>;
};

/** Reads a record; `null` for something that is none. */
export function toModel(record: unknown): Model | null {
  if (typeof record !== 'object' || record === null) return null;
  const fields = Object.fromEntries(Object.entries(record));
  const { key, hash, name, base, type } = fields;
  if (typeof key !== 'string' || typeof name !== 'string' || typeof base !== 'string' || typeof type !== 'string') return null;
  return { key, hash: typeof hash === 'string' ? hash : '', name, base, type, record: fields };
}

/** What the model's record recommends; `null` where it recommends nothing. */
export type ModelDefaults = {
  width: number | null;
  height: number | null;
  steps: number | null;
  cfgScale: number | null;
  scheduler: string | null;
};

export function modelDefaults(model: Model): ModelDefaults {
  const settings = model.record.default_settings;
  const entries = new Map<string, unknown>(typeof settings === 'object' && settings !== null ? Object.entries(settings) : []);
  const number = (name: string) => {
    const value = entries.get(name);
    return typeof value === 'number' ? value : null;
  };
  const scheduler = entries.get('scheduler');
  return {
    width: number('width'),
    height: number('height'),
    steps: number('steps'),
    cfgScale: number('cfg_scale'),
    scheduler: typeof scheduler === 'string' ? scheduler : null,
  };
}

const NONE: readonly Model[] = [];

/** Every installed model, by name. */
export function useAllModels() {
  return useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.get('/api/v2/models/', { signal }),
    select: byName,
    staleTime: 60_000,
  });
}

function byName({ models }: { models: readonly unknown[] }): Model[] {
  return models
    .map(toModel)
    .filter((model) => model !== null)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Every installed model of a type; with a base, only those that go with it. */
export function useModelsOf(type: string | readonly string[], base: string | null = null): readonly Model[] {
  const models = useAllModels().data ?? NONE;
  const types = typeof type === 'string' ? [type] : type;
  return models.filter((model) => types.includes(model.type) && (base === null || model.base === base || model.base === 'any'));
}

/** Every installed main model, by name. */
export function useMainModels() {
  const models = useAllModels();
  return { ...models, data: models.data?.filter((model) => model.type === 'main') };
}

/** Words that a LoRA listens to. */
export function triggerPhrases(model: Model): string[] {
  const phrases = model.record.trigger_phrases;
  return Array.isArray(phrases) ? phrases.filter((phrase) => typeof phrase === 'string') : [];
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'error', 'cancelled']);

export function isEnded(job: InstallJob): boolean {
  return ENDED.has(job.status ?? 'waiting');
}

/** The install jobs of this server run (administrators only). */
export function useInstalls(enabled: boolean) {
  return useQuery({
    queryKey: keys.installs,
    queryFn: ({ signal }) => api.get('/api/v2/models/install', { signal }),
    enabled,
    // The socket tells about every step; this is for a step that it missed.
    refetchInterval: (query) => (query.state.data?.some((job) => !isEnded(job)) ? 5000 : false),
  });
}

/** Installs a model where it lies: nothing is copied. */
export function useInstall() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (source: string) => api.post('/api/v2/models/install', { query: { source, inplace: true }, body: {} }),
    onSuccess: async (job) => {
      cache.setQueryData<InstallJob[]>(keys.installs, (jobs) => {
        const known = jobs ?? [];
        return known.some(({ id }) => id === job.id) ? known : [...known, job];
      });
      await cache.invalidateQueries({ queryKey: keys.installs });
    },
  });
}
