// The own account's name, and where it is signed in.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type OwnSession = Schemas['UserSession'];

export function useRename() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.patch('/api/v1/auth/me', { body: { display_name: name } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.me }),
  });
}

export function useOwnSessions() {
  return useQuery({ queryKey: keys.sessions, queryFn: ({ signal }) => api.get('/api/v1/auth/sessions', { signal }) });
}

export function useEndSession() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete('/api/v1/auth/sessions/{session_id}', { path: { session_id: id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.sessions }),
  });
}

/** Ends every other session of the own account. */
export function useSignOutElsewhere() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete('/api/v1/auth/sessions', { query: { keep_current: true } }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.sessions }),
  });
}
