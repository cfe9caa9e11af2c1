import { afterEach, expect, test, vi } from 'vitest';
import { FakeServer } from '@/mock/FakeServer';
import { forgetRemembered, Remembered, saveRemembered, startRemembering } from './remembered';
import { signIn } from './session';

type Colours = { wall: string; roof: string };
const colours = new Remembered<Colours>({
  key: 'test.colours',
  initial: { wall: 'white', roof: 'red' },
  read: ({ wall, roof }) => ({
    wall: typeof wall === 'string' ? wall : 'white',
    roof: typeof roof === 'string' ? roof : 'red',
  }),
});
const KEY = 'user-1/test.colours';

let stop: () => void = () => undefined;
afterEach(() => {
  stop();
  vi.useRealTimers();
});

function begin(server = new FakeServer()) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('fetch', server.fetch);
  signIn('token.user-1.test');
  stop = startRemembering('user-1');
  return server;
}

test('what is changed reaches the server a little later, once', async () => {
  const server = begin();
  await vi.advanceTimersByTimeAsync(10);
  colours.set({ wall: 'blue' });
  colours.set({ wall: 'green' });
  expect(server.clientState.has(KEY)).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(JSON.parse(server.clientState.get(KEY) ?? '')).toEqual({ wall: 'green', roof: 'red' });
});

test('another device finds it', async () => {
  const server = new FakeServer();
  server.clientState.set(KEY, JSON.stringify({ wall: 'blue', roof: 7 }));
  begin(server);
  await vi.advanceTimersByTimeAsync(10);
  expect(colours.get()).toEqual({ wall: 'blue', roof: 'red' });
});

test('a change before the server answered overwrites only itself', async () => {
  const server = new FakeServer();
  server.clientState.set(KEY, JSON.stringify({ wall: 'blue', roof: 'black' }));
  begin(server);
  colours.set({ roof: 'brown' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(colours.get()).toEqual({ wall: 'blue', roof: 'brown' });
  expect(JSON.parse(server.clientState.get(KEY) ?? '')).toEqual({ wall: 'blue', roof: 'brown' });
});

test('while the server is away the browser keeps it, over a reload, and sends it afterwards', async () => {
  const server = begin();
  await vi.advanceTimersByTimeAsync(10);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
  colours.set({ wall: 'pink' });
  await vi.advanceTimersByTimeAsync(1000);
  stop();
  expect(colours.get().wall).toBe('white');

  stop = startRemembering('user-1');
  expect(colours.get().wall).toBe('pink');
  await vi.advanceTimersByTimeAsync(1000);
  vi.stubGlobal('fetch', server.fetch);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(JSON.parse(server.clientState.get(KEY) ?? '')).toMatchObject({ wall: 'pink' });
});

test('a change just before signing out is saved', async () => {
  const server = begin();
  colours.set({ roof: 'green' });
  await saveRemembered();
  expect(JSON.parse(server.clientState.get(KEY) ?? '')).toMatchObject({ roof: 'green' });
});

test('signing out leaves nothing in the browser', async () => {
  begin();
  await vi.advanceTimersByTimeAsync(10);
  colours.set({ wall: 'secret' });
  forgetRemembered();
  expect(JSON.stringify(Object.entries(localStorage))).not.toContain('secret');
  expect(colours.get().wall).toBe('white');
});
