// Several pictures as one file: asked for, packed by the server, fetched when an event says that it is ready.
import { create } from 'zustand';
import { serverUrl } from './base';
import { api, ApiError } from './client';
import { useSession } from './session';

/** The files this tab waits for. */
const awaited = new Set<string>();
/** What was said about files before the answer that names them, which another connection brings; the last few. */
const early = new Map<string, string | null>();
const EARLY = 20;

type Failure = { name: string; reason: string };

/** The download that failed last. */
export const useFailedDownload = create<{ failure: Failure | null }>()(() => ({ failure: null }));

export async function requestDownload(what: { names: readonly string[] } | { boardId: string }): Promise<void> {
  const answer = await api.post('/api/v1/images/download', {
    body: 'names' in what ? { image_names: [...what.names] } : { board_id: what.boardId },
  });
  const name = answer.bulk_download_item_name;
  if (!name) return;
  awaited.add(name);
  const reason = early.get(name);
  if (reason !== undefined) await endDownload(name, reason);
}

/** A file is ready, or failed for a reason: what this tab asked for is saved or reported. */
export async function endDownload(name: string, reason: string | null): Promise<void> {
  if (!awaited.delete(name)) {
    early.set(name, reason);
    for (const old of [...early.keys()].slice(0, -EARLY)) early.delete(old);
    return;
  }
  early.delete(name);
  try {
    if (reason !== null) throw new Error(reason);
    await saveDownload(name);
  } catch (error) {
    useFailedDownload.setState({ failure: { name, reason: error instanceof Error ? error.message : '' } });
  }
}

async function saveDownload(name: string): Promise<void> {
  const { token } = useSession.getState();
  const response = await fetch(serverUrl(`api/v1/images/download/${encodeURIComponent(name)}`), {
    headers: token === null ? {} : { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  saveBlob(name, await response.blob());
}

/** Puts a file among the reader's downloads. */
export function saveBlob(name: string, content: Blob) {
  const address = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
