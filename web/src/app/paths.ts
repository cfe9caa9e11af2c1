// Every address of the page, in one place.

export const paths = {
  studio: () => '/',
  image: (name: string) => `/image/${encodeURIComponent(name)}`,
  login: () => '/login',
  setup: () => '/setup',
  password: () => '/password',
  recover: () => '/recover',
};

/** Where to go after signing in: only to a place within the page. */
export function destination(state: unknown): string {
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : null;
  return typeof from === 'string' && from.startsWith('/') && !from.startsWith('//') ? from : paths.studio();
}
