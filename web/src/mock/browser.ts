// `npm run dev:mock`: the whole page without a backend. The address chooses the scene, for example
// http://localhost:5173/?scene=setup; sign in as admin@example.com with Lighthouse1.
import type { Connect } from '@/api/socket';
import { FakeServer } from './FakeServer';

const SCENES = {
  setup: () => new FakeServer({ setupRequired: true, models: 0 }),
  empty: () => new FakeServer({ models: 0 }),
  single: () => new FakeServer({ multiuser: false, images: 9 }),
  full: () => new FakeServer({ images: 150 }),
};

const STEP_MILLISECONDS = 350;

export function startFakeServer(): Connect {
  const wanted = new URLSearchParams(window.location.search).get('scene') ?? sessionStorage.getItem('scene') ?? 'full';
  sessionStorage.setItem('scene', wanted);
  const server = (wanted in SCENES ? SCENES[wanted as keyof typeof SCENES] : SCENES.full)();
  const real = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, document.baseURI);
    return url.pathname.startsWith('/api/') ? server.fetch(input, init) : real(input, init);
  };
  // What the real server's worker does on its own.
  setInterval(() => {
    server.advance();
    if (server.installs.at(-1)?.status === 'running') server.finishInstall();
  }, STEP_MILLISECONDS);
  return () => server.openSocket().asLive();
}
