// The server itself, for administrators: how it is set up, what it logs, what it is made of.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type Configuration = Schemas['InvokeAIAppConfigWithSetFields'];
export type ConfigurationChange = Schemas['UpdateAppGenerationSettingsRequest'];

/** Every key of the configuration with its value, and which of them somebody has set. */
export function useConfiguration() {
  return useQuery({
    queryKey: keys.configuration,
    queryFn: ({ signal }) => api.get('/api/v1/app/runtime_config', { signal }),
  });
}

export function useChangeConfiguration() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ConfigurationChange) => api.patch('/api/v1/app/runtime_config', { body }),
    onSuccess: (configuration) => {
      cache.setQueryData<Configuration>(keys.configuration, configuration);
    },
  });
}

/** How much is logged, as Python counts it: 10 is everything, 50 the worst only. */
export const LOG_LEVELS = [10, 20, 30, 40, 50] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function useLogLevel() {
  return useQuery({ queryKey: keys.logLevel, queryFn: ({ signal }) => api.get('/api/v1/app/logging', { signal }) });
}

export function useSetLogLevel() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (level: LogLevel) => api.post('/api/v1/app/logging', { body: level }),
    onSuccess: (level) => {
      cache.setQueryData(keys.logLevel, level);
    },
  });
}

export function useVersion() {
  return useQuery({
    queryKey: ['app', 'version'],
    queryFn: ({ signal }) => api.get('/api/v1/app/version', { signal }),
    staleTime: Infinity,
  });
}

/** The libraries this program was built from, by name. */
export function useDependencies() {
  return useQuery({
    queryKey: keys.dependencies,
    queryFn: ({ signal }) => api.get('/api/v1/app/app_deps', { signal }),
    staleTime: Infinity,
  });
}

/** The memory of node results that are used again when nothing before them has changed. */
export function useResultCache() {
  return useQuery({
    queryKey: keys.resultCache,
    queryFn: ({ signal }) => api.get('/api/v1/app/invocation_cache/status', { signal }),
  });
}

export type BackupStatus = Schemas['BackupStatus'];

/** Milliseconds between questions while a backup is made. */
const BACKUP_ASKED_EVERY = 1_000;

export function useBackup() {
  return useQuery({
    queryKey: keys.backup,
    queryFn: ({ signal }) => api.get('/api/v1/app/backup', { signal }),
    refetchInterval: ({ state }) => state.data?.running === true && BACKUP_ASKED_EVERY,
  });
}

export function useStartBackup() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.post('/api/v1/app/backup', {}),
    onSuccess: (status) => {
      cache.setQueryData<BackupStatus>(keys.backup, status);
    },
  });
}

export type ResultCacheAction = 'enable' | 'disable' | 'clear';

const CACHE_ACTIONS: Record<ResultCacheAction, () => Promise<unknown>> = {
  enable: () => api.put('/api/v1/app/invocation_cache/enable', {}),
  disable: () => api.put('/api/v1/app/invocation_cache/disable', {}),
  clear: () => api.delete('/api/v1/app/invocation_cache', {}),
};

export function useResultCacheAction() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (action: ResultCacheAction) => CACHE_ACTIONS[action](),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.resultCache }),
  });
}
