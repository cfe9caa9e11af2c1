// Pictures: which there are, one record, its metadata, and what can be done with them.
//
// A list is only the names, in order; the records of those that are on the screen are fetched as they come into view.
import { type QueryClient, skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { serverUrl } from './base';
import { api, ApiError, type Schemas } from './client';
import { type ImageView, keys } from './keys';

export type { ImageView } from './keys';
export type Image = Schemas['ImageDTO'];
export type ImageNames = Schemas['ImageNamesResult'];

export const NO_BOARD = 'none';
const CATEGORIES = { images: ['general'], assets: ['control', 'mask', 'user', 'other'] } as const;
/** The most names one request for records may hold. */
const RECORDS_AT_ONCE = 200;
/** Milliseconds without scrolling before records are asked for, and until they are after that failed. */
const RECORDS_AFTER = 40;
const RECORDS_AGAIN_AFTER = 5_000;
/** Milliseconds after the last star until lists are asked for in their new order: whoever stars several finds them where they
 * were, and a long list takes a moment to read. */
const REORDERED_AFTER = 1_000;

/** The names of all pictures a view shows, in order. */
export function useImageNames(view: ImageView) {
  return useQuery({
    queryKey: keys.imageNamesOf(view),
    queryFn: ({ signal }) =>
      api.get('/api/v1/images/names', {
        query: {
          board_id: view.boardId,
          is_intermediate: false,
          categories: [...CATEGORIES[view.category]],
          order_dir: view.oldestFirst ? 'ASC' : 'DESC',
          starred_first: view.starredFirst,
          ...(view.search !== '' && { search_term: view.search }),
        },
        signal,
      }),
    // The old list stays while a search is typed.
    placeholderData: (before, query) => (query?.queryKey[1]?.boardId === view.boardId ? before : undefined),
    staleTime: 30_000,
    // Pictures deleted elsewhere are announced by no event.
    refetchOnWindowFocus: true,
  });
}

export function fetchImage(name: string): Promise<Image> {
  return api.get('/api/v1/images/i/{image_name}', { path: { image_name: name } });
}

/** One picture by name, fetched where it is not known yet. */
export function useImage(name: string) {
  return useQuery({ queryKey: keys.image(name), queryFn: () => fetchImage(name), staleTime: Infinity });
}

/** One picture as far as it is known; `useRecords` fetches those of a list. */
export function useKnownImage(name: string): Image | undefined {
  return useQuery<Image>({ queryKey: keys.image(name), queryFn: skipToken, staleTime: Infinity }).data;
}

/** Fetches the records of these pictures that are not known, in as few requests as possible, when scrolling pauses. */
export function useRecords(names: readonly string[]) {
  const cache = useQueryClient();
  const asked = useRef(new Set<string>());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const missing = names.filter((name) => !asked.current.has(name) && cache.getQueryData(keys.image(name)) === undefined);
      for (let from = 0; from < missing.length; from += RECORDS_AT_ONCE) {
        const batch = missing.slice(from, from + RECORDS_AT_ONCE);
        for (const name of batch) asked.current.add(name);
        try {
          const images = await api.post('/api/v1/images/images_by_names', { body: { image_names: batch } });
          for (const image of images) cache.setQueryData(keys.image(image.image_name), image);
        } finally {
          for (const name of batch) asked.current.delete(name);
        }
        if (timer === undefined) return;
      }
    };
    const askSoon = (after: number) => {
      timer = setTimeout(() => {
        ask().catch((error: unknown) => {
          const isRefused = error instanceof ApiError && error.status >= 400 && error.status < 500;
          if (timer !== undefined && !isRefused) askSoon(RECORDS_AGAIN_AFTER);
        });
      }, after);
    };
    askSoon(RECORDS_AFTER);
    return () => {
      clearTimeout(timer);
      timer = undefined;
    };
  }, [names, cache]);
}

function categoryOf(image: Image): ImageView['category'] {
  return image.image_category === 'general' ? 'images' : 'assets';
}

/** Puts a new picture into every list that shows it. */
export function insertImage(cache: QueryClient, image: Image) {
  const board = image.board_id ?? NO_BOARD;
  for (const [key, names] of cache.getQueriesData<ImageNames>({ queryKey: keys.imageNames })) {
    const view = key[1] as ImageView | undefined;
    if (!view || !names || view.boardId !== board || view.category !== categoryOf(image)) continue;
    if (names.image_names.includes(image.image_name)) continue;
    if (view.search !== '' || view.oldestFirst) {
      void cache.invalidateQueries({ queryKey: key });
      continue;
    }
    const at = view.starredFirst && !image.starred ? names.starred_count : 0;
    cache.setQueryData<ImageNames>(key, {
      image_names: [...names.image_names.slice(0, at), image.image_name, ...names.image_names.slice(at)],
      starred_count: names.starred_count,
      total_count: names.total_count + 1,
    });
  }
  void cache.invalidateQueries({ queryKey: keys.boards });
}

/** Takes pictures out of the lists that a test names, by default all. */
export function removeNames(cache: QueryClient, gone: readonly string[], from: (view: ImageView) => boolean = () => true) {
  const names = new Set(gone);
  for (const [key, list] of cache.getQueriesData<ImageNames>({ queryKey: keys.imageNames })) {
    const view = key[1] as ImageView | undefined;
    if (!view || !list || !from(view)) continue;
    const kept = list.image_names.filter((name) => !names.has(name));
    const removed = list.image_names.length - kept.length;
    if (removed === 0) continue;
    const starred = list.image_names.slice(0, list.starred_count).filter((name) => names.has(name)).length;
    cache.setQueryData<ImageNames>(key, {
      image_names: kept,
      starred_count: list.starred_count - starred,
      total_count: list.total_count - removed,
    });
  }
}

export function useDeleteImages() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (names: readonly string[]) => api.post('/api/v1/images/delete', { body: { image_names: [...names] } }),
    onSuccess: ({ deleted_images: deleted }) => {
      removeNames(cache, deleted);
      for (const name of deleted) cache.removeQueries({ queryKey: keys.image(name) });
      void cache.invalidateQueries({ queryKey: keys.boards });
    },
  });
}

function setStarred(cache: QueryClient, names: readonly string[], starred: boolean) {
  for (const name of names) cache.setQueryData<Image>(keys.image(name), (image) => image && { ...image, starred });
}

let reordering: ReturnType<typeof setTimeout> | undefined;

function reorderSoon(cache: QueryClient) {
  clearTimeout(reordering);
  const isChanged = (view: ImageView | undefined) => view?.starredFirst === true;
  reordering = setTimeout(() => {
    void cache.invalidateQueries({ queryKey: keys.imageNames, predicate: ({ queryKey }) => isChanged(queryKey[1] as ImageView) });
  }, REORDERED_AFTER);
}

/** The star is shown at once, and taken back when the server refuses it. */
export function useStar() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ names, starred }: { names: readonly string[]; starred: boolean }) => {
      const body = { image_names: [...names] };
      await (starred ? api.post('/api/v1/images/star', { body }) : api.post('/api/v1/images/unstar', { body }));
    },
    onMutate: ({ names, starred }) => {
      const changed = names.filter((name) => cache.getQueryData<Image>(keys.image(name))?.starred === !starred);
      setStarred(cache, changed, starred);
      return changed;
    },
    onError: (_, { starred }, changed = []) => {
      setStarred(cache, changed, !starred);
    },
    onSuccess: () => {
      reorderSoon(cache);
    },
  });
}

/** Brings a file in as a picture. */
export function useUpload() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ file, boardId }: { file: File; boardId: string | null }) => {
      const form = new FormData();
      form.append('file', file);
      return api.post('/api/v1/images/upload', {
        query: { image_category: 'user', is_intermediate: false, ...(boardId !== null && { board_id: boardId }) },
        form,
      });
    },
    onSuccess: (image) => {
      cache.setQueryData(keys.image(image.image_name), image);
      insertImage(cache, image);
    },
  });
}

export function fetchMetadata(name: string) {
  return api.get('/api/v1/images/i/{image_name}/metadata', { path: { image_name: name } });
}

export function useMetadata(name: string) {
  return useQuery({ queryKey: keys.metadata(name), queryFn: () => fetchMetadata(name), staleTime: Infinity });
}

export function fullUrl(image: Image): string {
  return serverUrl(image.image_url);
}

export function thumbnailUrl(image: Image): string {
  return serverUrl(image.thumbnail_url);
}

/** Where a picture of that name lies, for those of which only the name is known. */
export function thumbnailOf(name: string): string {
  return serverUrl(`api/v1/images/i/${encodeURIComponent(name)}/thumbnail`);
}

/** What a drag carries: the names of the pictures, as JSON. */
export const DRAG_TYPE = 'application/x-invokeai-images';

export function draggedNames(transfer: DataTransfer): string[] {
  try {
    const names: unknown = JSON.parse(transfer.getData(DRAG_TYPE));
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
