// What a server in use holds: people, boards, pictures. The pictures are drawn, not computed, so that they take no time.
import type { Page } from '@playwright/test';
import { ADMIN } from '../e2e/fixtures';
import { drawPicture } from '../src/mock/pictures';

const PROMPTS = [
  'rolling hills at dawn, pastel sky',
  'a quiet valley under two moons',
  'layered mountains in evening haze',
  'desert dunes, long shadows, low sun',
  'spring meadows seen from a hilltop',
  'coastline at golden hour',
];
const BOARDS = ['Landscapes', 'Moodboard', 'Client work'];
const PEOPLE = [
  { email: 'grace@example.com', display_name: 'Grace Hopper' },
  { email: 'alan@example.com', display_name: 'Alan Turing' },
  { email: 'mary@example.com', display_name: 'Mary Somerville' },
];
const MODELS = [
  'tiny-sd15',
  'controlnet-sd15',
  't2i-adapter-sd15',
  'ip-adapter-sd15.safetensors',
  'lora-sd15/kohya.safetensors',
  'upscalers/tiny_4x_compact.safetensors',
];
const PICTURES = 36;
const SIDES: readonly (readonly [number, number])[] = [
  [512, 512],
  [640, 448],
  [448, 640],
];

/** Asks the server as the administrator. */
async function ask(url: string, token: string, path: string, init: RequestInit = {}): Promise<unknown> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  const answer = await fetch(`${url}${path}`, { ...init, headers });
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Makes the administrator, people, boards, pictures, and items that wait. */
export async function furnish(url: string, page: Page, models: string): Promise<void> {
  const account = { email: ADMIN.email, display_name: ADMIN.name, password: ADMIN.password };
  const made = (await fetch(`${url}/api/v1/auth/setup`, json('POST', account)).then((answer) => answer.json())) as {
    token: string;
  };
  const token = made.token;
  for (const person of PEOPLE) {
    await ask(url, token, '/api/v1/auth/users', json('POST', { ...person, password: ADMIN.password, is_admin: false }));
  }
  const boards: string[] = [];
  for (const name of BOARDS) {
    const board = (await ask(url, token, `/api/v1/boards/?board_name=${encodeURIComponent(name)}`, { method: 'POST' })) as {
      board_id: string;
    };
    boards.push(board.board_id);
  }
  for (const model of MODELS) {
    const source = encodeURIComponent(`${models}/${model}`);
    await ask(url, token, `/api/v2/models/install?inplace=true&source=${source}`, json('POST', {}));
  }
  for (let index = 0; index < PICTURES; index += 1) {
    const [width, height] = SIDES[index % SIDES.length] ?? [512, 512];
    const form = new FormData();
    form.set('file', new Blob([await painted(page, index + 3, width, height)], { type: 'image/png' }), 'picture.png');
    form.set(
      'metadata',
      JSON.stringify({
        generation_mode: 'txt2img',
        positive_prompt: PROMPTS[index % PROMPTS.length],
        negative_prompt: '',
        width,
        height,
        seed: 1000 + index,
        steps: 30,
        cfg_scale: 7.5,
        scheduler: 'euler',
      }),
    );
    const board = index % 3 === 2 ? `&board_id=${boards[Math.floor(index / 3) % boards.length]}` : '';
    const query = `image_category=general&is_intermediate=false${board}`;
    await ask(url, token, `/api/v1/images/upload?${query}`, { method: 'POST', body: form });
  }
  // Nothing is computed while pictures are taken: the queue stands still, with something in it.
  await ask(url, token, '/api/v1/queue/default/processor/pause', { method: 'PUT' });
  const main = await installed(url, token);
  const queue: [string, string][] = [[token, PROMPTS[1] ?? '']];
  for (const [index, { email }] of PEOPLE.entries()) {
    const login = { email, password: ADMIN.password, remember_me: false };
    const signedIn = (await fetch(`${url}/api/v1/auth/login`, json('POST', login)).then((answer) => answer.json())) as {
      token: string;
    };
    queue.push([signedIn.token, PROMPTS[index + 2] ?? '']);
  }
  for (const [owner, prompt] of queue) {
    const body = {
      prepend: false,
      batch: {
        graph: textToImage(main),
        data: [[{ node_path: 'positive', field_name: 'prompt', items: [prompt, `${prompt}, in winter`] }]],
        runs: 1,
        origin: 'generate',
        destination: 'generate',
      },
    };
    await ask(url, owner, '/api/v1/queue/default/enqueue_batch', json('POST', body));
  }
}

/** The model, once it is installed. */
async function installed(url: string, token: string): Promise<ModelRecord> {
  for (;;) {
    const { models } = (await ask(url, token, '/api/v2/models/?model_type=main')) as { models: ModelRecord[] };
    if (models[0] !== undefined) return models[0];
    await new Promise((done) => setTimeout(done, 100));
  }
}

type ModelRecord = { key: string; hash: string; name: string; base: string; type: string };

/** A picture from a prompt, as small as such a graph gets. */
function textToImage({ key, hash, name, base, type }: ModelRecord) {
  const edge = (source: string, output: string, destination: string, field: string) => ({
    source: { node_id: source, field: output },
    destination: { node_id: destination, field },
  });
  const nodes = [
    { id: 'model', type: 'main_model_loader', model: { key, hash, name, base, type } },
    { id: 'positive', type: 'compel', prompt: '' },
    { id: 'negative', type: 'compel', prompt: '' },
    { id: 'noise', type: 'noise', seed: 7, width: 512, height: 512 },
    { id: 'metadata', type: 'core_metadata', width: 512, height: 512, seed: 7, steps: 30 },
    { id: 'denoise', type: 'denoise_latents', steps: 30, cfg_scale: 7.5, scheduler: 'euler' },
    { id: 'picture', type: 'l2i', is_intermediate: false },
  ];
  return {
    id: 'picture',
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
    edges: [
      edge('model', 'unet', 'denoise', 'unet'),
      edge('model', 'clip', 'positive', 'clip'),
      edge('model', 'clip', 'negative', 'clip'),
      edge('model', 'vae', 'picture', 'vae'),
      edge('positive', 'conditioning', 'denoise', 'positive_conditioning'),
      edge('negative', 'conditioning', 'denoise', 'negative_conditioning'),
      edge('noise', 'noise', 'denoise', 'noise'),
      edge('denoise', 'latents', 'picture', 'latents'),
      edge('metadata', 'metadata', 'picture', 'metadata'),
    ],
  };
}

/** A drawn picture as PNG, by way of the browser. */
async function painted(page: Page, seed: number, width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const source = drawPicture(seed, width, height);
  const encoded = await page.evaluate(
    async ({ source, width, height }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      canvas.getContext('2d')?.drawImage(image, 0, 0, width, height);
      return canvas.toDataURL('image/png').split(',')[1] ?? '';
    },
    { source, width, height },
  );
  return Uint8Array.from(Buffer.from(encoded, 'base64'));
}
