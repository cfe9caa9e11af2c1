// Every key of the query cache, so that the screens and the socket mean the same entries.

/** What a list of pictures shows. */
export type ImageView = {
  /** A board's id; `none` is what lies on no board. */
  boardId: string;
  /** What was made here, or what was brought along. */
  category: 'images' | 'assets';
  search: string;
  starredFirst: boolean;
  oldestFirst: boolean;
};

export const keys = {
  status: ['auth', 'status'] as const,
  me: ['auth', 'me'] as const,
  mediaCookies: ['auth', 'media-cookie'] as const,
  models: ['models'] as const,
  installs: ['installs'] as const,
  imageNames: ['image-names'] as const,
  imageNamesOf: (view: ImageView) => ['image-names', view] as const,
  image: (name: string) => ['image', name] as const,
  metadata: (name: string) => ['image', name, 'metadata'] as const,
  boards: ['boards'] as const,
  boardsWith: (archived: boolean) => ['boards', archived] as const,
  shares: (boardId: string) => ['shares', boardId] as const,
  shareCandidates: (boardId: string) => ['shares', boardId, 'candidates'] as const,
  presets: ['presets'] as const,
  dynamicPrompts: (prompt: string, most: number) => ['dynamic-prompts', prompt, most] as const,
  queueItems: ['queue', 'items'] as const,
  failure: (id: number) => ['queue', 'failure', id] as const,
  queueStatus: ['queue', 'status'] as const,
  progress: (id: number) => ['queue', 'progress', id] as const,
  queueList: ['queue', 'list'] as const,
  queueOverview: ['queue', 'overview'] as const,
  anyQueueDetails: ['queue', 'details'] as const,
  queueDetails: (id: number) => ['queue', 'details', id] as const,
  queueProcessor: ['queue', 'status', 'processor'] as const,
  users: ['users'] as const,
  statistics: ['users', 'statistics'] as const,
  sessions: ['sessions'] as const,
  configuration: ['server', 'configuration'] as const,
  logLevel: ['server', 'log-level'] as const,
  dependencies: ['server', 'dependencies'] as const,
  resultCache: ['server', 'result-cache'] as const,
  backup: ['server', 'backup'] as const,
  missingModels: ['models', 'missing'] as const,
  orphans: ['models', 'orphans'] as const,
  modelAccess: (key: string) => ['model-access', key] as const,
  hubLogin: ['hub-login'] as const,
  starters: ['models', 'starters'] as const,
  scan: (path: string) => ['models', 'scan', path] as const,
  workflows: ['workflows'] as const,
  workflow: (id: string) => ['workflow', id] as const,
  nodes: ['nodes'] as const,
};
