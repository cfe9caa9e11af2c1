// Further things administrators do with models: offered ones, installs that stand still, covers, conversion, files nobody owns.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type StarterModel = Schemas['StarterModel'];

/** Models and bundles that are offered to begin with. */
export function useStarters() {
  return useQuery({
    queryKey: keys.starters,
    queryFn: ({ signal }) => api.get('/api/v2/models/starter_models', { signal }),
    staleTime: 30_000,
  });
}

/** What a starter model needs and is not installed, then itself; what is installed is left out. */
export function sourcesOf(model: StarterModel): string[] {
  const needed = (model.dependencies ?? []).flatMap((other) => {
    const { source, is_installed: installed }: Record<string, unknown> = { ...other };
    return typeof source === 'string' && installed !== true ? [source] : [];
  });
  return [...new Set([...needed, ...(model.is_installed === true ? [] : [model.source])])];
}

export type InstallAction = 'pause' | 'resume' | 'restart';

const ACTIONS: Record<InstallAction, (path: { id: number }) => Promise<unknown>> = {
  pause: (path) => api.post('/api/v2/models/install/{id}/pause', { path }),
  resume: (path) => api.post('/api/v2/models/install/{id}/resume', { path }),
  restart: (path) => api.post('/api/v2/models/install/{id}/restart_failed', { path }),
};

export function useInstallAction() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, action }: { id: number; action: InstallAction }) => ACTIONS[action]({ id }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.installs }),
  });
}

/** The picture shown with a model; `null` takes it away. */
export function useModelCover() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ key, image }: { key: string; image: File | null }) => {
      if (image === null) return api.delete('/api/v2/models/i/{key}/image', { path: { key } });
      const form = new FormData();
      form.set('image', image);
      return api.patch('/api/v2/models/i/{key}/image', { path: { key }, form });
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.models }),
  });
}

/** Turns a model of one file into a folder of the diffusers layout. */
export function useConvertModel() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => api.put('/api/v2/models/convert/{key}', { path: { key } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.models }),
  });
}

export type HubLogin = Schemas['HFTokenStatus'];

/** Whether a token for Hugging Face is kept that counts there. */
export function useHubLogin() {
  return useQuery({
    queryKey: keys.hubLogin,
    queryFn: ({ signal }) => api.get('/api/v2/models/hf_login', { signal }),
    staleTime: 60_000,
  });
}

/** Keeps a token, or with `null` forgets it. A token that Hugging Face does not know is not kept. */
export function useSetHubToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (token: string | null) =>
      token === null ? api.delete('/api/v2/models/hf_login', {}) : api.post('/api/v2/models/hf_login', { body: { token } }),
    onSuccess: (login) => {
      cache.setQueryData<HubLogin>(keys.hubLogin, login);
    },
  });
}

/** Files below the models folder that belong to no installed model. */
export function useOrphans() {
  return useQuery({
    queryKey: keys.orphans,
    queryFn: ({ signal }) => api.get('/api/v2/models/sync/orphaned', { signal }),
    staleTime: 0,
  });
}

export function useDeleteOrphans() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (paths: readonly string[]) => api.delete('/api/v2/models/sync/orphaned', { body: { paths: [...paths] } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.orphans }),
  });
}
