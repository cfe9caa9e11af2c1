// The one place where the server's events change the query cache. Every open tab hears the same events, so they agree.
import type { QueryClient } from '@tanstack/react-query';
import { io, type Socket } from 'socket.io-client';
import { create } from 'zustand';
import { basePath } from './base';
import { endDownload } from './downloads';
import type { ClientEvents, ServerEvents } from './events';
import { fetchImage, insertImage } from './images';
import { keys } from './keys';
import type { InstallJob } from './models';
import { type Failure, type Progress, QUEUE_ID, type QueueItem, removeQueueItem, upsertQueueItems } from './queue';
import { followNodes } from './runs';
import { useSession } from './session';

export type LiveSocket = Socket<ServerEvents, ClientEvents>;
export type Connect = (token: () => string | null) => LiveSocket;
type Payload<E extends keyof ServerEvents> = Parameters<ServerEvents[E]>[0];

/** Whether live updates arrive. */
export const useConnection = create<{ state: 'connecting' | 'online' | 'offline' }>()(() => ({ state: 'connecting' }));

const connectToServer: Connect = (token) =>
  io(window.location.origin, {
    path: `${basePath()}/ws/socket.io/`,
    auth: (answer) => {
      answer({ token: token() });
    },
  });

/** Listens for the account `userId` until the returned function is called. */
export function startLive(cache: QueryClient, userId: string, connect: Connect = connectToServer): () => void {
  const socket = connect(() => useSession.getState().token);
  const updates = new CacheUpdates(cache, userId);
  let wasOnline = false;
  followNodes(socket);
  useConnection.setState({ state: 'connecting' });

  socket.on('connect', () => {
    socket.emit('subscribe_queue', { queue_id: QUEUE_ID });
    socket.emit('subscribe_bulk_download', { bulk_download_id: QUEUE_ID });
    useConnection.setState({ state: 'online' });
    // Whatever happened in between was not heard.
    if (wasOnline) void cache.invalidateQueries();
    wasOnline = true;
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return;
    useConnection.setState({ state: 'offline' });
    // The server closes sockets of accounts that changed: ask again with the present token.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', () => {
    useConnection.setState({ state: 'offline' });
    // Refused rather than unreachable: `me` finds out whether the session ended.
    if (!socket.active) void cache.invalidateQueries({ queryKey: keys.me });
  });

  socket.on('batch_enqueued', (event) => {
    updates.batchEnqueued(event);
  });
  socket.on('queue_item_status_changed', (event) => {
    updates.statusChanged(event);
  });
  socket.on('queue_items_canceled', () => {
    updates.queueChanged();
  });
  socket.on('queue_items_retried', (event) => {
    updates.retried(event);
  });
  socket.on('queue_cleared', () => {
    updates.queueChanged();
  });
  socket.on('invocation_progress', (event) => {
    updates.progress(event);
  });
  socket.on('invocation_complete', (event) => {
    updates.nodeCompleted(event);
  });
  socket.on('invocation_error', (event) => {
    updates.nodeFailed(event);
  });
  socket.on('bulk_download_complete', ({ bulk_download_item_name: name }) => {
    void endDownload(name, null);
  });
  socket.on('bulk_download_error', ({ bulk_download_item_name: name, error }) => {
    void endDownload(name, error);
  });
  for (const name of [
    'model_install_started',
    'model_install_download_progress',
    'model_install_downloads_complete',
    'model_install_cancelled',
  ] as const) {
    socket.on(name, () => {
      updates.installsChanged();
    });
  }
  socket.on('model_install_complete', () => {
    updates.installCompleted();
  });
  socket.on('model_install_error', (event) => {
    updates.installFailed(event);
  });

  return () => {
    socket.disconnect();
    useConnection.setState({ state: 'connecting' });
  };
}

class CacheUpdates {
  /** Pictures on their way into the list, by queue item. */
  readonly #arriving = new Map<number, Promise<void>[]>();

  constructor(
    private readonly cache: QueryClient,
    private readonly userId: string,
  ) {}

  #isMine(event: { user_id: string }): boolean {
    return event.user_id === this.userId;
  }

  queueChanged() {
    void this.cache.invalidateQueries({ queryKey: keys.queueItems });
    void this.cache.invalidateQueries({ queryKey: keys.queueStatus });
    void this.cache.invalidateQueries({ queryKey: keys.anyQueueDetails });
    this.#listsChanged();
  }

  /** Only the lists that are on the page are read again. */
  #listsChanged() {
    void this.cache.invalidateQueries({ queryKey: keys.queueList });
    void this.cache.invalidateQueries({ queryKey: keys.queueOverview });
  }

  batchEnqueued(event: Payload<'batch_enqueued'>) {
    if (this.#isMine(event)) this.queueChanged();
    else {
      void this.cache.invalidateQueries({ queryKey: keys.queueStatus });
      this.#listsChanged();
    }
  }

  statusChanged(event: Payload<'queue_item_status_changed'>) {
    // A redacted event counts for everybody; its own-user counts are not ours.
    void this.cache.invalidateQueries({ queryKey: keys.queueStatus });
    this.#listsChanged();
    void this.cache.invalidateQueries({ queryKey: keys.queueDetails(event.item_id) });
    if (!this.#isMine(event)) return;
    const id = event.item_id;
    const item: QueueItem = { id, batchId: event.batch_id, status: event.status };
    switch (event.status) {
      case 'failed':
        this.#failed(item, { type: event.error_type, message: event.error_message });
        break;
      case 'canceled':
        this.#ended(id);
        break;
      case 'completed':
        // The tile stays until its picture is in the list, so that nothing jumps.
        void Promise.allSettled(this.#arriving.get(id) ?? []).then(() => {
          this.#arriving.delete(id);
          this.#ended(id);
        });
        break;
      default:
        upsertQueueItems(this.cache, [item]);
    }
  }

  retried(event: Payload<'queue_items_retried'>) {
    for (const id of event.retried_item_ids) removeQueueItem(this.cache, id);
    this.queueChanged();
  }

  progress(event: Payload<'invocation_progress'>) {
    if (!this.#isMine(event)) return;
    const { message, percentage, image, invocation } = event;
    this.cache.setQueryData<Progress>(keys.progress(event.item_id), (before) => ({
      message,
      fraction: percentage,
      steps: typeof invocation.steps === 'number' ? invocation.steps : null,
      preview: image ? { url: image.dataURL, width: image.width, height: image.height } : (before?.preview ?? null),
    }));
  }

  nodeCompleted(event: Payload<'invocation_complete'>) {
    const name = event.result.image?.image_name;
    if (!this.#isMine(event) || event.invocation.is_intermediate === true || name === undefined) return;
    const arrival = fetchImage(name).then(
      (image) => {
        if (image.is_intermediate) return;
        this.cache.setQueryData(keys.image(name), image);
        insertImage(this.cache, image);
      },
      () => this.cache.invalidateQueries({ queryKey: keys.imageNames }),
    );
    this.#arriving.set(event.item_id, [...(this.#arriving.get(event.item_id) ?? []), arrival]);
  }

  nodeFailed(event: Payload<'invocation_error'>) {
    if (!this.#isMine(event)) return;
    const item: QueueItem = { id: event.item_id, batchId: event.batch_id, status: 'failed' };
    this.#failed(item, { type: event.error_type, message: event.error_message });
  }

  #failed(item: QueueItem, failure: Failure) {
    this.cache.setQueryData(keys.failure(item.id), failure);
    upsertQueueItems(this.cache, [item]);
    this.#readAgain();
  }

  #ended(id: number) {
    removeQueueItem(this.cache, id);
    this.#readAgain();
  }

  /** Replaces a reading that is under way and may still have seen the item as running. */
  #readAgain() {
    void this.cache.invalidateQueries({ queryKey: keys.queueItems });
  }

  installsChanged() {
    void this.cache.invalidateQueries({ queryKey: keys.installs });
  }

  installCompleted() {
    this.installsChanged();
    void this.cache.invalidateQueries({ queryKey: keys.models });
  }

  installFailed(event: Payload<'model_install_error'>) {
    this.cache.setQueryData<InstallJob[]>(keys.installs, (jobs) =>
      jobs?.map((job) =>
        job.id === event.id ? { ...job, status: 'error' as const, error_reason: event.error_type, error: event.error } : job,
      ),
    );
    this.installsChanged();
  }
}
