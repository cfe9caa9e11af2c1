import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from '@/mock/FakeServer';
import { FakeSocket } from '@/mock/FakeSocket';
import type { ServerEvents } from './events';
import type { ImageNames } from './images';
import { type ImageView, keys } from './keys';
import type { Progress, QueueItem } from './queue';
import { signIn } from './session';
import { startLive, useConnection } from './socket';

type StatusEvent = Parameters<ServerEvents['queue_item_status_changed']>[0];

const ME = 'user-1';
const VIEW: ImageView = { boardId: 'none', category: 'images', search: '', starredFirst: true, oldestFirst: false };
let cache: QueryClient;
let socket: FakeSocket;
let server: FakeServer;

beforeEach(() => {
  server = new FakeServer({ images: 1 });
  vi.stubGlobal('fetch', server.fetch);
  signIn(`token.${ME}.x`);
  cache = new QueryClient();
  cache.setQueryData<QueueItem[]>(keys.queueItems, []);
  cache.setQueryData<ImageNames>(keys.imageNamesOf(VIEW), { image_names: [], starred_count: 0, total_count: 0 });
  socket = new FakeSocket();
  startLive(cache, ME, () => socket.asLive());
  socket.receive('connect');
});

function status(change: Partial<StatusEvent>): StatusEvent {
  const queue_status = {} as StatusEvent['queue_status'];
  const base = { item_id: 7, batch_id: 'b', user_id: ME, status: 'in_progress', status_sequence: 1 } as const;
  return { ...base, error_type: null, error_message: null, queue_status, ...change };
}

function items() {
  return cache.getQueryData<QueueItem[]>(keys.queueItems);
}

function names() {
  return cache.getQueryData<ImageNames>(keys.imageNamesOf(VIEW))?.image_names;
}

test('connecting subscribes to the queue; a second connection reads everything again', () => {
  expect(socket.sent).toEqual([
    ['subscribe_queue', { queue_id: 'default' }],
    ['subscribe_bulk_download', { bulk_download_id: 'default' }],
  ]);
  expect(useConnection.getState().state).toBe('online');
  const invalidate = vi.spyOn(cache, 'invalidateQueries');
  socket.receive('disconnect', 'transport close');
  expect(useConnection.getState().state).toBe('offline');
  socket.receive('connect');
  expect(invalidate).toHaveBeenCalledWith();
});

test('an item runs, tells its progress and keeps the last preview', () => {
  socket.receive('queue_item_status_changed', status({}));
  expect(items()).toEqual([{ id: 7, batchId: 'b', status: 'in_progress' }]);
  const image = { width: 64, height: 64, dataURL: 'data:image/jpeg;base64,AAAA' };
  const event = { item_id: 7, batch_id: 'b', user_id: ME };
  socket.receive('invocation_progress', { ...event, invocation: { steps: 4 }, message: 'Denoising', percentage: 0.5, image });
  socket.receive('invocation_progress', {
    ...event,
    invocation: {},
    message: 'Running VAE decoder',
    percentage: null,
    image: null,
  });
  expect(cache.getQueryData<Progress>(keys.progress(7))).toEqual({
    message: 'Running VAE decoder',
    fraction: null,
    steps: null,
    preview: { url: image.dataURL, width: 64, height: 64 },
  });
});

test('the tile of a finished item leaves only when its picture is there', async () => {
  socket.receive('queue_item_status_changed', status({}));
  const result = { type: 'image_output', image: { image_name: 'picture-1.png' } };
  socket.receive('invocation_complete', {
    item_id: 7,
    batch_id: 'b',
    user_id: ME,
    invocation: { is_intermediate: false },
    result,
  });
  socket.receive('queue_item_status_changed', status({ status: 'completed' }));
  expect(items()).toHaveLength(1);
  await vi.waitFor(() => {
    expect(items()).toEqual([]);
  });
  expect(names()).toEqual(['picture-1.png']);
});

test('the same picture twice is one picture', async () => {
  const result = { type: 'image_output', image: { image_name: 'picture-1.png' } };
  const event = { item_id: 7, batch_id: 'b', user_id: ME, invocation: { is_intermediate: false }, result };
  socket.receive('invocation_complete', event);
  socket.receive('invocation_complete', event);
  socket.receive('queue_item_status_changed', status({ status: 'completed' }));
  await vi.waitFor(() => {
    expect(names()).toEqual(['picture-1.png']);
  });
});

test('a failure is shown with its reason', () => {
  socket.receive(
    'queue_item_status_changed',
    status({ status: 'failed', error_type: 'OutOfMemory', error_message: 'No memory left' }),
  );
  expect(items()).toEqual([{ id: 7, batchId: 'b', status: 'failed' }]);
  expect(cache.getQueryData(keys.failure(7))).toEqual({ type: 'OutOfMemory', message: 'No memory left' });
});

test('canceled items disappear; those of others never appear', () => {
  socket.receive('queue_item_status_changed', status({}));
  socket.receive('queue_item_status_changed', status({ status: 'canceled' }));
  socket.receive('queue_item_status_changed', status({ item_id: 8, user_id: 'redacted' }));
  socket.receive('queue_item_status_changed', status({ item_id: 9, user_id: 'user-2' }));
  expect(items()).toEqual([]);
});

test('a finished install brings its model into the list', () => {
  const invalidate = vi.spyOn(cache, 'invalidateQueries');
  socket.receive('model_install_complete', { id: 0, key: 'k' });
  expect(invalidate).toHaveBeenCalledWith({ queryKey: keys.models });
});

test('a refused connection asks whether the session is still good', () => {
  const invalidate = vi.spyOn(cache, 'invalidateQueries');
  socket.active = false;
  socket.receive('connect_error', new Error('Connection rejected by server'));
  expect(useConnection.getState().state).toBe('offline');
  expect(invalidate).toHaveBeenCalledWith({ queryKey: keys.me });
});
