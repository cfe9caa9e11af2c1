// A server in the browser: enough of the API to try and to test every screen without a backend. It keeps the rules that the
// screens rely on (who is signed in, how a queue item goes on); it checks no graph and stores nothing.
import type { User } from '@/api/auth';
import type { Board } from '@/api/boards';
import type { Schemas } from '@/api/client';
import type { Image } from '@/api/images';
import type { InstallJob } from '@/api/models';
import type { EnqueueBody, QueueCounts, QueueItemStatus } from '@/api/queue';
import { FakeSocket } from './FakeSocket';
import { drawPicture } from './pictures';

type Item = {
  id: number;
  batchId: string;
  status: QueueItemStatus;
  userId: string;
  error: { type: string; message: string } | null;
  seed: number;
  prompt: string;
  negative: string;
  width: number;
  height: number;
  steps: number;
  step: number;
  metadata: Record<string, unknown>;
};

/** The fields of a model's record that the screens read. */
type ModelRecord = Record<string, unknown> & { key: string };

type Options = { multiuser?: boolean; setupRequired?: boolean; models?: number; images?: number };

export const ADMIN = { email: 'admin@example.com', password: 'Lighthouse1' };
const TIME = '2026-11-20 21:20:07.709';

export class FakeServer {
  users: (User & { password: string })[] = [];
  /** Every password is too old. */
  passwordsDue = false;
  models: ModelRecord[] = [];
  installs: InstallJob[] = [];
  images: Image[] = [];
  boards: Board[] = [];
  items: Item[] = [];
  metadata = new Map<string, Record<string, unknown>>();
  /** What the pages remember, by account and key. */
  clientState = new Map<string, string>();
  /** Tokens that are no longer good. */
  revoked = new Set<string>();
  /** Answers the next request to a path with an error. */
  failures = new Map<string, { status: number; detail: string }>();
  enqueued: EnqueueBody[] = [];
  readonly #sockets = new Set<FakeSocket>();
  readonly #multiuser: boolean;

  constructor({ multiuser = true, setupRequired = false, models = 1, images = 0 }: Options = {}) {
    this.#multiuser = multiuser;
    if (!setupRequired) this.#addUser(ADMIN.email, 'Ada Lovelace', ADMIN.password, true);
    for (let index = 0; index < models; index += 1)
      this.models.push(fakeModel(`model-${index}`, `tiny-sd15${index === 0 ? '' : `-${index}`}`));
    for (let index = 0; index < images; index += 1)
      this.#addImage(index * 7919 + 3, 512, 512, { positive_prompt: `Landscape number ${index}`, seed: index * 7919 + 3 });
  }

  openSocket = (): FakeSocket => {
    const socket = new FakeSocket();
    this.#sockets.add(socket);
    queueMicrotask(() => {
      socket.receive('connect');
    });
    return socket;
  };

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const body: unknown = request.body || init?.body ? await request.json() : undefined;
    const failure = this.failures.get(url.pathname);
    if (failure) {
      this.failures.delete(url.pathname);
      return problem(failure.status, failure.detail);
    }
    return this.#route(
      `${request.method} ${url.pathname}`,
      url,
      request.headers.get('Authorization')?.slice('Bearer '.length) ?? null,
      body,
    );
  };

  /** Goes one step on with what the queue has to do; false when there is nothing. */
  advance(): boolean {
    const running =
      this.items.find((item) => item.status === 'in_progress') ?? this.items.find((item) => item.status === 'pending');
    if (running === undefined) return false;
    if (running.status === 'pending') this.#setStatus(running, 'in_progress');
    else if (running.step <= running.steps) this.#denoise(running);
    else this.#finish(running);
    return true;
  }

  fail(id: number, type: string, message: string) {
    const item = this.items.find((candidate) => candidate.id === id);
    if (!item) return;
    item.error = { type, message };
    this.#setStatus(item, 'failed');
  }

  /** Ends the install that runs; without a message it succeeds. */
  finishInstall(error?: string) {
    const job = this.installs.at(-1);
    if (!job) return;
    if (error === undefined) {
      const model = fakeModel(`installed-${job.id}`, 'tiny-sd15');
      this.models.push(model);
      Object.assign(job, { status: 'completed', config_out: model });
      this.#broadcast((socket) => {
        socket.receive('model_install_complete', { id: job.id, key: model.key });
      });
    } else {
      Object.assign(job, { status: 'error', error_reason: 'InvalidModelConfigException', error });
      this.#broadcast((socket) => {
        socket.receive('model_install_error', { id: job.id, error_type: 'InvalidModelConfigException', error });
      });
    }
  }

  #broadcast(send: (socket: FakeSocket) => void) {
    for (const socket of this.#sockets) send(socket);
  }

  #addUser(email: string, name: string | null, password: string, isAdmin: boolean): User {
    const user = {
      user_id: `user-${this.users.length + 1}`,
      email,
      display_name: name,
      is_admin: isAdmin,
      is_active: true,
      created_at: TIME,
      updated_at: TIME,
      last_login_at: null,
      token_epoch: 0,
      password,
    };
    this.users.push(user);
    return user;
  }

  addUser(email: string, name: string, password: string) {
    this.#addUser(email, name, password, false);
  }

  #addImage(seed: number, width: number, height: number, metadata: Record<string, unknown>): Image {
    const name = `picture-${this.images.length + 1}.png`;
    const url = drawPicture(seed, width, height);
    const image: Image = {
      image_name: name,
      image_url: url,
      thumbnail_url: url,
      image_origin: 'internal',
      image_category: 'general',
      width,
      height,
      created_at: TIME,
      updated_at: TIME,
      is_intermediate: false,
      starred: false,
      has_workflow: false,
    };
    this.images.unshift(image);
    this.metadata.set(name, metadata);
    return image;
  }

  #user(token: string | null): User | null {
    if (!this.#multiuser) return null;
    if (token === null || this.revoked.has(token)) return null;
    return this.users.find((user) => token.startsWith(`token.${user.user_id}.`)) ?? null;
  }

  #token(user: User): string {
    return `token.${user.user_id}.${Math.random().toString(36).slice(2)}`;
  }

  #route(route: string, url: URL, token: string | null, body: unknown): Response {
    const open = this.#openRoute(route, body);
    if (open) return open;
    const user = this.#user(token);
    if (this.#multiuser && user === null)
      return problem(401, token === null ? 'Authentication required' : 'Invalid or expired token');
    const userId = user?.user_id ?? 'system';
    const id = Number(/\/(\d+)(?:\/cancel)?$/.exec(url.pathname)?.[1]);
    const image = /\/images\/i\/([^/]+)/.exec(url.pathname)?.[1];
    switch (route.replace(/\/\d+/, '/{id}').replace(/\/i\/[^/]+/, '/i/{id}')) {
      case 'GET /api/v1/auth/me':
        return user ? json(user) : problem(401, 'Missing authentication credentials');
      case 'PATCH /api/v1/auth/me': {
        const { current_password: current, new_password: next } = body as Schemas['UserProfileUpdateRequest'];
        const account = this.users.find((candidate) => candidate.user_id === userId);
        if (!account || account.password !== current) return problem(400, 'Current password is incorrect');
        account.password = next ?? account.password;
        return json(account);
      }
      case 'POST /api/v1/auth/logout':
        if (token !== null) this.revoked.add(token);
        return json({ success: true });
      case 'POST /api/v1/auth/media-cookie':
        return json({ success: true });
      case 'GET /api/v1/client_state/default/get_by_key':
        return json(this.clientState.get(`${userId}/${url.searchParams.get('key')}`) ?? null);
      case 'POST /api/v1/client_state/default/set_by_key':
        this.clientState.set(`${userId}/${url.searchParams.get('key')}`, String(body));
        return json(body);
      case 'GET /api/v2/models/':
        return json({ models: this.models });
      case 'GET /api/v2/models/install':
        return json(this.installs);
      case 'POST /api/v2/models/install':
        return this.#install(url.searchParams.get('source') ?? '');
      case 'GET /api/v1/images/names':
        return this.#names(url.searchParams);
      case 'POST /api/v1/images/images_by_names': {
        const { image_names: names } = body as { image_names: string[] };
        return json(this.images.filter(({ image_name }) => names.includes(image_name)));
      }
      case 'POST /api/v1/images/star':
      case 'POST /api/v1/images/unstar': {
        const { image_names: names } = body as { image_names: string[] };
        const starred = url.pathname.endsWith('/star');
        this.images = this.images.map((one) => (names.includes(one.image_name) ? { ...one, starred } : one));
        return json({ affected_boards: ['none'], failed_images: [], [starred ? 'starred_images' : 'unstarred_images']: names });
      }
      case 'POST /api/v1/images/delete': {
        const { image_names: names } = body as { image_names: string[] };
        this.images = this.images.filter(({ image_name }) => !names.includes(image_name));
        return json({ deleted_images: names, failed_images: [], affected_boards: ['none'] });
      }
      case 'GET /api/v1/boards/':
        return json(this.boards.filter((board) => url.searchParams.get('include_archived') === 'true' || !board.archived));
      case 'POST /api/v1/boards/':
        return json(this.addBoard(url.searchParams.get('board_name') ?? '', userId));
      case 'GET /api/v1/style_presets/':
        return json([]);
      case 'POST /api/v1/utilities/dynamicprompts':
        return json({ prompts: alternatives((body as { prompt: string }).prompt), error: null });
      case 'GET /api/v1/images/i/{id}':
        return found(this.images.find(({ image_name }) => image_name === image));
      case 'DELETE /api/v1/images/i/{id}':
        this.images = this.images.filter(({ image_name }) => image_name !== image);
        return json({ deleted_images: [image], affected_boards: ['none'] });
      case 'GET /api/v1/images/i/{id}/metadata':
        return json(this.metadata.get(image ?? '') ?? null);
      case 'GET /api/v1/queue/default/status':
        return json({ queue: this.#countsFor(userId), processor: { is_started: true, is_processing: false } });
      case 'GET /api/v1/queue/default/item_ids': {
        const ids = this.#visibleTo(user).map((item) => item.id);
        return json({ item_ids: ids.reverse(), total_count: ids.length });
      }
      case 'GET /api/v1/queue/default/overview':
        return user && !user.is_admin ? problem(403, 'Admin privileges required') : this.#overview(url.searchParams);
      case 'POST /api/v1/queue/default/item_summaries_by_ids':
        return json(this.items.filter((item) => (body as { item_ids: number[] }).item_ids.includes(item.id)).map(summary));
      case 'GET /api/v1/queue/default/i/{id}':
        return found(this.items.filter((item) => item.id === id).map(detail)[0]);
      case 'POST /api/v1/queue/default/enqueue_batch':
        return this.#enqueue(body as EnqueueBody, userId);
      case 'PUT /api/v1/queue/default/i/{id}/cancel':
        return this.#cancel(id);
      case 'PUT /api/v1/queue/default/retry_items_by_id':
        return this.#retry(body as number[]);
      default:
        return problem(404, 'Not Found');
    }
  }

  #openRoute(route: string, body: unknown): Response | null {
    switch (route) {
      case 'GET /api/v1/app/version':
        return json({ version: '0.1.0' });
      case 'GET /api/v1/auth/status': {
        const setup = this.#multiuser && this.users.length === 0;
        return json({
          setup_required: setup,
          multiuser_enabled: this.#multiuser,
          strict_password_checking: true,
          admin_email: null,
        });
      }
      case 'POST /api/v1/auth/setup': {
        const { email, display_name: name, password } = body as Schemas['SetupRequest'];
        if (this.users.length > 0) return problem(400, 'Administrator account already configured');
        const user = this.#addUser(email, name ?? null, password, true);
        return json({ success: true, user, token: this.#token(user), expires_in: 86_400 });
      }
      case 'POST /api/v1/auth/login': {
        const { email, password } = body as Schemas['LoginRequest'];
        const user = this.users.find((candidate) => candidate.email === email && candidate.password === password);
        if (!user) return problem(401, 'Incorrect email or password');
        if (!user.is_active) return problem(403, 'Account is disabled');
        const due = this.passwordsDue ? { password_change_due: true } : {};
        return json({ token: this.#token(user), user, expires_in: 86_400, ...due });
      }
      default:
        return null;
    }
  }

  #visibleTo(user: User | null): Item[] {
    return this.items.filter((item) => user === null || user.is_admin || item.userId === user.user_id);
  }

  #overview(query: URLSearchParams): Response {
    const items = this.items.filter((item) => item.userId === (query.get('user_id') ?? item.userId)).reverse();
    const offset = Number(query.get('offset') ?? 0);
    const page = items.slice(offset, offset + Number(query.get('limit') ?? 100));
    return json({ queue_id: 'default', totals: countsOf(items), users: [], usual_seconds: null, items: page.map(summary) });
  }

  #names(query: URLSearchParams): Response {
    const wanted = query.getAll('categories');
    const board = query.get('board_id') ?? 'none';
    const search = (query.get('search_term') ?? '').toLowerCase();
    const shown = this.images.filter(
      (image) =>
        wanted.includes(image.image_category) &&
        (image.board_id ?? 'none') === board &&
        JSON.stringify(this.metadata.get(image.image_name) ?? {})
          .toLowerCase()
          .includes(search),
    );
    const starred = query.get('starred_first') === 'true' ? shown.filter((image) => image.starred) : [];
    const names = [...starred, ...shown.filter((image) => !starred.includes(image))].map((image) => image.image_name);
    return json({ image_names: names, starred_count: starred.length, total_count: names.length });
  }

  addBoard(name: string, userId: string, changes: Partial<Board> = {}): Board {
    const board: Board = {
      board_id: `board-${this.boards.length + 1}`,
      board_name: name,
      user_id: userId,
      created_at: TIME,
      updated_at: TIME,
      cover_image_name: null,
      archived: false,
      image_count: 0,
      asset_count: 0,
      board_visibility: 'private',
      ...changes,
    };
    this.boards.push(board);
    return board;
  }

  #install(source: string): Response {
    if (!source.startsWith('/')) return problem(409, `Unsupported model source: '${source}'`);
    const job = {
      id: this.installs.length,
      status: 'running',
      source: { type: 'local', path: source, inplace: true },
      config_in: {},
      local_path: source,
    } as unknown as InstallJob;
    this.installs.push(job);
    this.#broadcast((socket) => {
      socket.receive('model_install_started', { id: job.id });
    });
    return json(job, 201);
  }

  #enqueue(body: EnqueueBody, userId: string): Response {
    this.enqueued.push(body);
    const nodes = Object.values(body.batch.graph.nodes ?? {});
    const number = (type: string, field: string) => Number(nodes.find((node) => node.type === type)?.[field] ?? 0);
    const metadata = { ...nodes.find((node) => node.type === 'core_metadata') };
    const data = body.batch.data ?? [];
    const seeds = (data[0]?.[0]?.items ?? []).map(Number);
    const prompt = textOf(data[1]?.[0]?.items?.[0]);
    const negative = textOf(data[1]?.[1]?.items?.[0]);
    const batchId = `batch-${this.enqueued.length}`;
    const ids = seeds.map((seed) => {
      const item: Item = {
        id: this.items.length + 1,
        batchId,
        status: 'pending',
        userId,
        error: null,
        seed,
        prompt,
        negative,
        width: number('noise', 'width'),
        height: number('noise', 'height'),
        steps: number('denoise_latents', 'steps'),
        step: 0,
        metadata: { ...metadata, seed, positive_prompt: prompt, negative_prompt: negative },
      };
      this.items.push(item);
      return item.id;
    });
    this.#broadcast((socket) => {
      socket.receive('batch_enqueued', { batch_id: batchId, user_id: userId });
    });
    const answer = { queue_id: 'default', enqueued: ids.length, requested: ids.length, priority: 0, item_ids: ids.reverse() };
    return json({ ...answer, batch: { ...body.batch, batch_id: batchId } });
  }

  #cancel(id: number): Response {
    const item = this.items.find((candidate) => candidate.id === id);
    if (!item) return problem(404, `Queue item with id ${id} not found in queue default`);
    if (item.status === 'pending' || item.status === 'in_progress') this.#setStatus(item, 'canceled');
    return json(detail(item));
  }

  #retry(ids: number[]): Response {
    for (const id of ids) {
      const old = this.items.find((item) => item.id === id);
      if (old) this.items.push({ ...old, id: this.items.length + 1, status: 'pending', error: null, step: 0 });
    }
    this.#broadcast((socket) => {
      socket.receive('queue_items_retried', { retried_item_ids: ids });
    });
    return json({ queue_id: 'default', retried_item_ids: ids });
  }

  #setStatus(item: Item, status: QueueItemStatus) {
    item.status = status;
    const event = {
      item_id: item.id,
      batch_id: item.batchId,
      user_id: item.userId,
      status,
      status_sequence: null,
      error_type: item.error?.type ?? null,
      error_message: item.error?.message ?? null,
      queue_status: this.#counts(),
    };
    this.#broadcast((socket) => {
      socket.receive('queue_item_status_changed', event);
    });
  }

  #denoise(item: Item) {
    const fraction = item.step / item.steps;
    const image = {
      width: item.width,
      height: item.height,
      dataURL: drawPicture(item.seed, item.width, item.height, fraction * 0.9),
    };
    const event = {
      item_id: item.id,
      batch_id: item.batchId,
      user_id: item.userId,
      invocation: { steps: item.steps },
      message: 'Denoising',
      percentage: fraction,
      image,
    };
    this.#broadcast((socket) => {
      socket.receive('invocation_progress', event);
    });
    item.step += 1;
  }

  #finish(item: Item) {
    const image = this.#addImage(item.seed, item.width, item.height, item.metadata);
    const result = { type: 'image_output', image: { image_name: image.image_name } };
    const event = {
      item_id: item.id,
      batch_id: item.batchId,
      user_id: item.userId,
      invocation: { is_intermediate: false },
      result,
    };
    this.#broadcast((socket) => {
      socket.receive('invocation_complete', event);
    });
    this.#setStatus(item, 'completed');
  }

  #counts(): QueueCounts {
    return { queue_id: 'default', item_id: null, batch_id: null, session_id: null, ...countsOf(this.items) };
  }

  #countsFor(userId: string): QueueCounts {
    const own = countsOf(this.items.filter((item) => item.userId === userId));
    return { ...this.#counts(), user_pending: own.pending, user_in_progress: own.in_progress };
  }
}

function countsOf(items: readonly Item[]) {
  const count = (status: QueueItemStatus) => items.filter((item) => item.status === status).length;
  return {
    pending: count('pending'),
    in_progress: count('in_progress'),
    waiting: count('waiting'),
    completed: count('completed'),
    failed: count('failed'),
    canceled: count('canceled'),
    total: items.length,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function json(value: unknown, status = 200): Response {
  return Response.json(value, { status });
}

function problem(status: number, detail: string): Response {
  return json({ detail }, status);
}

function found(value: unknown): Response {
  return value === undefined ? problem(404, 'Not Found') : json(value);
}

function summary(item: Item) {
  return { item_id: item.id, batch_id: item.batchId, status: item.status, user_id: item.userId, created_at: TIME };
}

function detail(item: Item) {
  return { ...summary(item), error_type: item.error?.type, error_message: item.error?.message };
}

/** What the first group of alternatives in a prompt stands for. */
function alternatives(prompt: string): string[] {
  const group = /\{([^{}]*\|[^{}]*)\}/.exec(prompt);
  return group ? (group[1] ?? '').split('|').map((choice) => prompt.replace(group[0], choice)) : [prompt];
}

function fakeModel(key: string, name: string): ModelRecord {
  return {
    key,
    name,
    hash: `blake3:${key}`,
    base: 'sd-1',
    type: 'main',
    format: 'diffusers',
    path: `/models/${name}`,
    source: `/models/${name}`,
    source_type: 'path',
    source_api_response: null,
    source_url: null,
    cover_image: null,
    description: null,
    file_size: 1,
    default_settings: { width: 512, height: 512, steps: null, cfg_scale: null, scheduler: null },
  };
}
