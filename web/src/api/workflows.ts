// The library of workflows: one's own, public ones, and those that come with the program.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { serverUrl } from './base';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type WorkflowEntry = Schemas['WorkflowRecordListItemWithThumbnailDTO'];
export type WorkflowBody = Schemas['WorkflowWithoutID'];

export const SHELVES = ['mine', 'public', 'defaults'] as const;
export type Shelf = (typeof SHELVES)[number];

const QUERIES: Record<Shelf, { categories: ('user' | 'default')[]; is_public?: boolean }> = {
  mine: { categories: ['user'] },
  public: { categories: ['user'], is_public: true },
  defaults: { categories: ['default'] },
};

/** The workflows of a shelf that contain the text and carry all the tags, by name. */
export function useWorkflows(shelf: Shelf, search: string, tags: readonly string[]) {
  return useQuery({
    queryKey: [...keys.workflows, shelf, search, tags],
    queryFn: async ({ signal }) =>
      (
        await api.get('/api/v1/workflows/', {
          query: {
            ...QUERIES[shelf],
            order_by: 'name',
            direction: 'ASC',
            ...(search !== '' && { query: search }),
            ...(tags.length > 0 && { tags: [...tags] }),
          },
          signal,
        })
      ).items,
    // The entries of another shelf are no answer.
    placeholderData: (before, query) => (query?.queryKey[1] === shelf ? before : undefined),
  });
}

export function useWorkflowTags(shelf: Shelf) {
  return useQuery({
    queryKey: [...keys.workflows, 'tags', shelf],
    queryFn: ({ signal }) => api.get('/api/v1/workflows/tags', { query: QUERIES[shelf], signal }),
  });
}

export function useWorkflow(id: string | undefined) {
  return useQuery({
    queryKey: keys.workflow(id ?? ''),
    queryFn: ({ signal }) => api.get('/api/v1/workflows/i/{workflow_id}', { path: { workflow_id: id ?? '' }, signal }),
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}

function useLibraryChanged() {
  const cache = useQueryClient();
  return async (id?: string) => {
    if (id !== undefined) await cache.invalidateQueries({ queryKey: keys.workflow(id) });
    await cache.invalidateQueries({ queryKey: keys.workflows });
  };
}

/** Keeps a workflow: under its id, or as a new one of one's own. */
export function useSaveWorkflow() {
  const changed = useLibraryChanged();
  return useMutation({
    mutationFn: ({ id, workflow }: { id: string | null; workflow: WorkflowBody }) =>
      id === null
        ? api.post('/api/v1/workflows/', { body: { workflow } })
        : api.patch('/api/v1/workflows/i/{workflow_id}', { path: { workflow_id: id }, body: { workflow: { ...workflow, id } } }),
    onSuccess: ({ workflow_id: id }) => changed(id),
  });
}

export function useDeleteWorkflow() {
  const changed = useLibraryChanged();
  return useMutation({
    mutationFn: (id: string) => api.delete('/api/v1/workflows/i/{workflow_id}', { path: { workflow_id: id } }),
    onSuccess: () => changed(),
  });
}

export function usePublishWorkflow() {
  const changed = useLibraryChanged();
  return useMutation({
    mutationFn: ({ id, isPublic }: { id: string; isPublic: boolean }) =>
      api.patch('/api/v1/workflows/i/{workflow_id}/is_public', { path: { workflow_id: id }, body: { is_public: isPublic } }),
    onSuccess: ({ workflow_id: id }) => changed(id),
  });
}

/** A picture for the library; `null` removes it. */
export function useWorkflowThumbnail() {
  const changed = useLibraryChanged();
  return useMutation({
    mutationFn: async ({ id, image }: { id: string; image: File | null }) => {
      const path = { workflow_id: id };
      if (image === null) await api.delete('/api/v1/workflows/i/{workflow_id}/thumbnail', { path });
      else {
        const form = new FormData();
        form.set('image', image);
        await api.put('/api/v1/workflows/i/{workflow_id}/thumbnail', { path, form });
      }
      return id;
    },
    onSuccess: (id) => changed(id),
  });
}

/** Notes that a workflow was opened, so that the library can show what one used last. */
export async function noteOpened(id: string): Promise<void> {
  await api.put('/api/v1/workflows/i/{workflow_id}/opened_at', { path: { workflow_id: id } });
}

/** The server's own description of its nodes: the OpenAPI document, read at run time because it depends on the server's settings. */
export function useNodeDocument() {
  return useQuery({
    queryKey: keys.nodes,
    queryFn: async ({ signal }): Promise<unknown> => {
      const response = await fetch(serverUrl('openapi.json'), { signal });
      if (!response.ok) throw new Error(response.statusText);
      return response.json();
    },
    staleTime: Infinity,
    gcTime: Infinity,
  });
}

/** Boards to put results into. */
export function useBoardChoices() {
  return useQuery({
    queryKey: ['boards', 'choices'],
    queryFn: ({ signal }) => api.get('/api/v1/boards/', { query: { all: true }, signal }),
    staleTime: 30_000,
  });
}

/** Puts a picture from this device onto the server, for a field that wants one. */
export function useUploadForField() {
  return useMutation({
    mutationFn: async (file: File) => {
      const form = new FormData();
      form.set('file', file);
      const query = { image_category: 'user' as const, is_intermediate: false };
      return (await api.post('/api/v1/images/upload', { query, form })).image_name;
    },
  });
}
