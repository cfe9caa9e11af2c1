// Every address of the page, in one place.

export const paths = {
  home: () => '/',
  generate: () => '/generate',
  image: (name: string) => `/generate/image/${encodeURIComponent(name)}`,
  upscale: () => '/upscale',
  upscaleImage: (name: string) => `/upscale/image/${encodeURIComponent(name)}`,
  workflows: () => '/workflows',
  models: () => '/models',
  queue: () => '/queue',
  profile: () => '/profile',
  admin: () => '/admin',
  adminSection: (section: string) => `/admin/${section}`,
  login: () => '/login',
  setup: () => '/setup',
  password: () => '/password',
  recover: () => '/recover',
};

/** The address of a place within the page, with what it shows. */
export function addressOf({ pathname, search }: { pathname: string; search: string }): string {
  return pathname + search;
}

/** Where to go after signing in: only to a place within the page. */
export function destination(state: unknown): string {
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : null;
  return typeof from === 'string' && from.startsWith('/') && !from.startsWith('//') ? from : paths.home();
}
