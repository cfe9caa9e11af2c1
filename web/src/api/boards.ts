// Boards, what lies on them, and with whom they are shared.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Account } from './auth';
import { api, type Schemas } from './client';
import { NO_BOARD, removeNames } from './images';
import { keys } from './keys';

export type Board = Schemas['BoardDTO'];
export type BoardChanges = Schemas['BoardChanges'];
export type Level = Schemas['BoardShareLevel'];
export type Share = Schemas['BoardShare'];

export const LEVELS = ['read', 'write', 'admin'] as const satisfies readonly Level[];

/** The boards one may see, by name. */
export function useBoards(archived: boolean) {
  return useQuery({
    queryKey: keys.boardsWith(archived),
    queryFn: async ({ signal }) => {
      const answer = await api.get('/api/v1/boards/', {
        query: { all: true, include_archived: archived, order_by: 'board_name', direction: 'ASC' },
        signal,
      });
      return Array.isArray(answer) ? answer : answer.items;
    },
    staleTime: 30_000,
    refetchOnWindowFocus: true,
  });
}

/** What one may do with a board. The `permissions` crate decides. */
export type Rights = {
  isOwn: boolean;
  isShared: boolean;
  canAdd: boolean;
  canEdit: boolean;
  canShare: boolean;
  canDelete: boolean;
};

export function rightsOn(board: Board, account: Account): Rights {
  const isOwn = board.user_id === account.id;
  const level = board.access_level ?? null;
  const isPublic = board.board_visibility === 'public';
  return {
    isOwn,
    isShared: !isOwn && (level !== null || board.board_visibility !== 'private'),
    canAdd: isOwn || account.isAdmin || isPublic || level === 'write' || level === 'admin',
    canEdit: isOwn || account.isAdmin || level === 'admin',
    canShare: !account.isSingleUser && (isOwn || account.isAdmin || level === 'admin'),
    canDelete: isOwn || account.isAdmin,
  };
}

function useBoardMutation<V>(mutationFn: (value: V) => Promise<unknown>) {
  const cache = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => cache.invalidateQueries({ queryKey: keys.boards }) });
}

export function useCreateBoard() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.post('/api/v1/boards/', { query: { board_name: name } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.boards }),
  });
}

export function useUpdateBoard() {
  return useBoardMutation(({ id, changes }: { id: string; changes: BoardChanges }) =>
    api.patch('/api/v1/boards/{board_id}', { path: { board_id: id }, body: changes }),
  );
}

export function useDeleteBoard() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, withImages }: { id: string; withImages: boolean }) =>
      api.delete('/api/v1/boards/{board_id}', { path: { board_id: id }, query: { include_images: withImages } }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.boards });
      void cache.invalidateQueries({ queryKey: keys.imageNames });
    },
  });
}

/** Puts pictures on a board, or with `none` on no board. */
export function useMoveImages() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ names, to }: { names: readonly string[]; to: string }) => {
      const image_names = [...names];
      await (to === NO_BOARD
        ? api.post('/api/v1/board_images/batch/delete', { body: { image_names } })
        : api.post('/api/v1/board_images/batch', { body: { board_id: to, image_names } }));
    },
    onSuccess: (_, { names, to }) => {
      removeNames(cache, names, (view) => view.boardId !== to);
      for (const name of names) void cache.invalidateQueries({ queryKey: keys.image(name), exact: true });
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.imageNames });
      void cache.invalidateQueries({ queryKey: keys.boards });
    },
  });
}

/** With whom a board is shared. */
export function useShares(boardId: string) {
  return useQuery({
    queryKey: keys.shares(boardId),
    queryFn: ({ signal }) => api.get('/api/v1/boards/{board_id}/shares', { path: { board_id: boardId }, signal }),
  });
}

/** With whom it could be shared as well. */
export function useShareCandidates(boardId: string) {
  return useQuery({
    queryKey: keys.shareCandidates(boardId),
    queryFn: ({ signal }) => api.get('/api/v1/boards/{board_id}/shares/candidates', { path: { board_id: boardId }, signal }),
  });
}

/** Gives a person a level on a board, or with `null` takes it away. */
export function useSetShare(boardId: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ userId, level }: { userId: string; level: Level | null }) => {
      const path = { board_id: boardId, user_id: userId };
      await (level === null
        ? api.delete('/api/v1/boards/{board_id}/shares/{user_id}', { path })
        : api.put('/api/v1/boards/{board_id}/shares/{user_id}', { path, body: { level } }));
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.shares(boardId) });
      void cache.invalidateQueries({ queryKey: keys.boards });
    },
  });
}
