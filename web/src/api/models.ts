// Installed models, and installing one.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type Model = Schemas['ModelsList']['models'][number];
export type InstallJob = Schemas['ModelInstallJob'];

/** What the model's record recommends; `null` where it recommends nothing. */
export type ModelDefaults = {
  width: number | null;
  height: number | null;
  steps: number | null;
  cfgScale: number | null;
  scheduler: string | null;
};

export function modelDefaults(model: Model): ModelDefaults {
  const settings = 'default_settings' in model && typeof model.default_settings === 'object' ? model.default_settings : null;
  const entries = new Map<string, unknown>(Object.entries(settings ?? {}));
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

/** Every installed main model, by name. */
export function useMainModels() {
  return useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.get('/api/v2/models/', { query: { model_type: 'main' }, signal }),
    select: ({ models }) => models.filter((model) => model.type === 'main').sort((a, b) => a.name.localeCompare(b.name)),
    staleTime: 60_000,
  });
}

const ENDED: ReadonlySet<InstallJob['status']> = new Set(['completed', 'error', 'cancelled']);

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
