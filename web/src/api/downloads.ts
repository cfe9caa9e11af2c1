// Several pictures as one file: asked for, packed by the server, fetched when an event says that it is ready.
import { serverUrl } from './base';
import { api, ApiError } from './client';
import { useSession } from './session';

/** The files this tab waits for. */
const awaited = new Set<string>();

export async function requestDownload(what: { names: readonly string[] } | { boardId: string }): Promise<void> {
  const answer = await api.post('/api/v1/images/download', {
    body: 'names' in what ? { image_names: [...what.names] } : { board_id: what.boardId },
  });
  if (answer.bulk_download_item_name) awaited.add(answer.bulk_download_item_name);
}

/** Saves a file that is ready, if this tab asked for it. */
export async function saveDownload(name: string): Promise<void> {
  if (!awaited.delete(name)) return;
  const { token } = useSession.getState();
  const response = await fetch(serverUrl(`api/v1/images/download/${encodeURIComponent(name)}`), {
    headers: token === null ? {} : { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  const address = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
