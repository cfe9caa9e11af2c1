// Addresses below the Workflows tab.

export const places = {
  library: '/workflows',
  fresh: '/workflows/new',
  run: (id: string) => `/workflows/run/${encodeURIComponent(id)}`,
  edit: (id: string) => `/workflows/edit/${encodeURIComponent(id)}`,
};
