// Pictures: the list, one record, its metadata.
import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { serverUrl } from './base';
import { api, type Schemas } from './client';
import { keys } from './keys';

export type Image = Schemas['ImageDTO'];
export type ImagePage = Schemas['OffsetPaginatedResults_ImageDTO_'];

const PAGE_SIZE = 60;

/** The signed-in account's finished pictures, newest first. */
export function useImages() {
  return useInfiniteQuery({
    queryKey: keys.images,
    queryFn: ({ pageParam, signal }) =>
      api.get('/api/v1/images/', {
        // `none` is what belongs to no board: for an administrator, too, only their own pictures.
        query: {
          board_id: 'none',
          is_intermediate: false,
          categories: ['general'],
          order_dir: 'DESC',
          starred_first: false,
          offset: pageParam,
          limit: PAGE_SIZE,
        },
        signal,
      }),
    initialPageParam: 0,
    // Counted from what is here, because new pictures at the top push the rest down.
    getNextPageParam: (last: ImagePage, pages: ImagePage[]) => {
      const loaded = pages.reduce((sum, page) => sum + page.items.length, 0);
      return last.items.length === 0 || loaded >= last.total ? undefined : loaded;
    },
    select: flatten,
    // Pictures deleted elsewhere are announced by no event.
    refetchOnWindowFocus: true,
  });
}

function flatten(data: InfiniteData<ImagePage, number>): { images: Image[]; total: number } {
  const byName = new Map<string, Image>();
  for (const page of data.pages)
    for (const image of page.items) if (!byName.has(image.image_name)) byName.set(image.image_name, image);
  return { images: [...byName.values()], total: Math.max(byName.size, data.pages.at(-1)?.total ?? 0) };
}

export function fetchImage(name: string): Promise<Image> {
  return api.get('/api/v1/images/i/{image_name}', { path: { image_name: name } });
}

/** One picture by name; `known` saves the request when the list already has it. */
export function useImage(name: string, known: Image | undefined) {
  return useQuery({
    queryKey: keys.image(name),
    queryFn: () => fetchImage(name),
    ...(known && { initialData: known, staleTime: Infinity }),
  });
}

/** Puts a new picture in front of the list. */
export function prependImage(cache: QueryClient, image: Image) {
  cache.setQueryData<InfiniteData<ImagePage, number>>(keys.images, (data) => {
    const [first, ...rest] = data?.pages ?? [];
    if (data === undefined || first === undefined) return data;
    if (data.pages.some((page) => page.items.some((item) => item.image_name === image.image_name))) return data;
    const grown = rest.map((page) => ({ ...page, total: page.total + 1 }));
    return { ...data, pages: [{ ...first, total: first.total + 1, items: [image, ...first.items] }, ...grown] };
  });
}

export function useDeleteImage() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.delete('/api/v1/images/i/{image_name}', { path: { image_name: name } }),
    onSuccess: (_, name) => {
      cache.setQueryData<InfiniteData<ImagePage, number>>(
        keys.images,
        (data) =>
          data && {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              total: page.total - 1,
              items: page.items.filter((image) => image.image_name !== name),
            })),
          },
      );
      cache.removeQueries({ queryKey: keys.image(name) });
    },
  });
}

export function useMetadata(name: string) {
  return useQuery({
    queryKey: keys.metadata(name),
    queryFn: ({ signal }) => api.get('/api/v1/images/i/{image_name}/metadata', { path: { image_name: name }, signal }),
    staleTime: Infinity,
  });
}

export function fullUrl(image: Image): string {
  return serverUrl(image.image_url);
}

export function thumbnailUrl(image: Image): string {
  return serverUrl(image.thumbnail_url);
}
