// Accounts, for administrators.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { User } from './auth';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type UserStatistics = Schemas['UserStatistics'];
export type Adoption = Schemas['AdoptResponse'];

/** Owns what was made before there were accounts. */
export const SYSTEM_USER = 'system';

export function useUsers(enabled = true) {
  return useQuery({
    queryKey: keys.users,
    queryFn: ({ signal }) => api.get('/api/v1/auth/users', { signal }),
    enabled,
  });
}

/** Names for ids: those of accounts, and the id itself where there is none. The reader's own is enough before the list is there. */
export function useUserNames(ownId: string): (id: string) => string {
  const users = useUsers(ownId !== SYSTEM_USER).data ?? [];
  const names = new Map(users.map((user) => [user.user_id, nameOf(user)]));
  return (id) => names.get(id) ?? id;
}

export function nameOf(user: Pick<User, 'display_name' | 'email'>): string {
  const name = user.display_name?.trim() ?? '';
  return name === '' ? user.email : name;
}

export const STATISTICS_PAGE = 50;

export function useStatistics(offset: number) {
  return useQuery({
    queryKey: [...keys.statistics, offset],
    queryFn: ({ signal }) => api.get('/api/v1/auth/statistics', { query: { offset, limit: STATISTICS_PAGE }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** A password that keeps to the rules, made by the server. */
export function useGeneratePassword() {
  return useMutation({ mutationFn: async () => (await api.get('/api/v1/auth/generate-password', {})).password });
}

function useRefresh() {
  const cache = useQueryClient();
  return async () => {
    await cache.invalidateQueries({ queryKey: keys.users });
    await cache.invalidateQueries({ queryKey: keys.me });
  };
}

export function useCreateUser() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: Schemas['AdminUserCreateRequest']) => api.post('/api/v1/auth/users', { body }),
    onSuccess: refresh,
  });
}

export function useUpdateUser() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string } & Schemas['AdminUserUpdateRequest']) =>
      api.patch('/api/v1/auth/users/{user_id}', { path: { user_id: id }, body }),
    onSuccess: refresh,
  });
}

/** What becomes of the boards, images, workflows and presets of an account that goes. */
export type Fate = { content: 'delete' } | { content: 'keep' } | { content: 'transfer'; to: string };

export function useDeleteUser() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, fate }: { id: string; fate: Fate }) =>
      api.delete('/api/v1/auth/users/{user_id}', { path: { user_id: id }, query: fate }),
    onSuccess: refresh,
  });
}

/** Gives an account what another one, or nobody, owns. With `dryRun` it is only counted. */
export function useAdopt() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, from, dryRun }: { id: string; from: string; dryRun: boolean }) =>
      api.post('/api/v1/auth/users/{user_id}/adopt', { path: { user_id: id }, body: { from_user_id: from, dry_run: dryRun } }),
    onSuccess: async ({ dry_run: dry }) => {
      if (!dry) await cache.invalidateQueries();
    },
  });
}
