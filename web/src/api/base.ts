// Addresses relative to the page's <base>, so that the page also works below a path (`base_url` of the server).

/** The absolute address of a path of the server, for example `api/v1/images/` or `/api/v1/images/`. */
export function serverUrl(path: string): string {
  return new URL(path.replace(/^\//, ''), document.baseURI).href;
}

/** The path below which the server hosts the page, without a trailing slash: '' or '/studio'. */
export function basePath(): string {
  return new URL(document.baseURI).pathname.replace(/\/[^/]*$/, '');
}
