// Every key of the query cache, so that the screens and the socket mean the same entries.

export const keys = {
  status: ['auth', 'status'] as const,
  me: ['auth', 'me'] as const,
  mediaCookie: (userId: string) => ['auth', 'media-cookie', userId] as const,
  models: ['models'] as const,
  installs: ['installs'] as const,
  images: ['images'] as const,
  image: (name: string) => ['image', name] as const,
  metadata: (name: string) => ['image', name, 'metadata'] as const,
  queueItems: ['queue', 'items'] as const,
  failure: (id: number) => ['queue', 'failure', id] as const,
  queueStatus: ['queue', 'status'] as const,
  progress: (id: number) => ['queue', 'progress', id] as const,
};
