// Installed models of every type, and what administrators change about them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';
import { type Model, toModel } from './models';

export type ModelAccess = Schemas['ModelAccess'];

/** Reads a text of a model's record; '' where it has none. */
export function textOf(model: Model, field: string): string {
  const value = model.record[field];
  return typeof value === 'string' ? value : '';
}

export function defaultSettingsOf(model: Model): Record<string, unknown> {
  const settings = model.record.default_settings;
  return typeof settings === 'object' && settings !== null ? Object.fromEntries(Object.entries(settings)) : {};
}

/** The keys of models whose files are gone. */
export function useMissingModels() {
  return useQuery({
    queryKey: keys.missingModels,
    queryFn: ({ signal }) => api.get('/api/v2/models/missing', { signal }),
    select: ({ models }) => new Set(models.map(toModel).flatMap((model) => (model === null ? [] : [model.key]))),
    staleTime: 60_000,
  });
}

function useModelsChanged() {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: keys.models });
}

export function useUpdateModel() {
  const changed = useModelsChanged();
  return useMutation({
    mutationFn: ({ key, changes }: { key: string; changes: Record<string, unknown> }) =>
      api.patch('/api/v2/models/i/{key}', { path: { key }, body: changes }),
    onSuccess: changed,
  });
}

/** Removes models, with their files where the server keeps them itself. The answer says what could not be removed. */
export function useDeleteModels() {
  const changed = useModelsChanged();
  return useMutation({
    mutationFn: (chosen: readonly string[]) => api.post('/api/v2/models/i/bulk_delete', { body: { keys: [...chosen] } }),
    onSettled: changed,
  });
}

/** Looks at a model's files again and corrects what its record says about them. */
export function useReidentify() {
  const changed = useModelsChanged();
  return useMutation({
    mutationFn: (key: string) => api.post('/api/v2/models/i/{key}/reidentify', { path: { key } }),
    onSuccess: changed,
  });
}

/** Who may use a model beside administrators. */
export function useModelAccess(key: string) {
  return useQuery({
    queryKey: keys.modelAccess(key),
    queryFn: ({ signal }) => api.get('/api/v2/models/i/{key}/access', { path: { key }, signal }),
  });
}

/** Restricts a model to these people and administrators, or with `null` makes it everybody's. */
export function useRestrictModel(key: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (people: readonly string[] | null) =>
      api.put('/api/v2/models/i/{key}/access', {
        path: { key },
        body: { restricted: people !== null, user_ids: [...(people ?? [])] },
      }),
    onSuccess: (access) => {
      cache.setQueryData<ModelAccess>(keys.modelAccess(key), access);
    },
  });
}

/** The models below a folder of the server; not asked before a folder is given. */
export function useScan(folder: string | null) {
  return useQuery({
    queryKey: keys.scan(folder ?? ''),
    queryFn: ({ signal }) => api.get('/api/v2/models/scan_folder', { query: { scan_path: folder ?? '' }, signal }),
    enabled: folder !== null,
    staleTime: 0,
    retry: false,
  });
}

/** Installs from an address, a repository or a path; `inplace` leaves local files where they lie. */
export function useInstallFrom() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ source, inplace }: { source: string; inplace: boolean }) =>
      api.post('/api/v2/models/install', { query: { source, inplace }, body: {} }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.installs }),
  });
}

export function useCancelInstall() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.delete('/api/v2/models/install/{id}', { path: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.installs }),
  });
}

/** Takes ended jobs off the list. */
export function usePruneInstalls() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete('/api/v2/models/install', {}),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.installs }),
  });
}
