// What a person's pages remember: in memory for the screens, in this browser for a page that opens without the server, and in
// the account's `client_state` for their other devices. What the server did not take yet is kept and sent again.
import { createStore, type StoreApi, useStore } from 'zustand';
import { api, ApiError } from './client';
import { QUEUE_ID } from './queue';

const SEND_AFTER = 800;
const TRY_AGAIN_AFTER = 5_000;
/** How long signing out waits for what is on its way. */
const SAVE_WITHIN = 3_000;

type Options<T> = {
  /** The key in `client_state`; also names the copy in this browser. */
  key: string;
  initial: T;
  /** Makes a whole value of what was saved, maybe by another version of this page; what is unusable is left out. */
  read: (saved: Record<string, unknown>) => T;
};

/** `unsent` names the fields that the server has not heard of yet. */
type Kept = { value: Record<string, unknown>; unsent: readonly string[] };

const stores: { start: (accountId: string) => void; stop: (forget: boolean) => void; save: () => Promise<void> }[] = [];
let activeAccount: string | null = null;

/** Loads everything that is remembered for the account, and keeps it until the returned function is called. */
export function startRemembering(accountId: string): () => void {
  activeAccount = accountId;
  for (const store of stores) store.start(accountId);
  return () => {
    activeAccount = null;
    for (const store of stores) store.stop(false);
  };
}

/** Sends what the server has not heard of yet, while somebody is still signed in. It never takes long and never fails. */
export async function saveRemembered(): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, SAVE_WITHIN));
  await Promise.race([Promise.allSettled(stores.map((store) => store.save())), patience]);
}

/** Leaves nothing behind in this browser, for the next person at the same computer. */
export function forgetRemembered() {
  for (const store of stores) store.stop(true);
}

export class Remembered<T extends object> {
  readonly store: StoreApi<T>;
  #accountId: string | null = null;
  #unsent = new Set<string>();
  /** Whether the server's copy was seen, so that sending overwrites nothing unread. */
  #loaded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether a change comes from storage and must not go back there. */
  #quiet = false;

  constructor(private readonly options: Options<T>) {
    this.store = createStore<T>()(() => options.initial);
    this.store.subscribe((now, before) => {
      if (this.#quiet || this.#accountId === null) return;
      for (const name of Object.keys(now)) {
        if (now[name as keyof T] !== before[name as keyof T]) this.#unsent.add(name);
      }
      if (this.#unsent.size === 0) return;
      this.#keep();
      this.#sendSoon(SEND_AFTER);
    });
    stores.push(this);
    window.addEventListener('storage', this.#otherTab);
    window.addEventListener('pagehide', this.#leave);
    window.addEventListener('online', this.#back);
    if (activeAccount !== null) this.start(activeAccount);
  }

  get(): T {
    return this.store.getState();
  }

  set(change: Partial<T>) {
    this.store.setState(change);
  }

  start(accountId: string) {
    this.stop(false);
    this.#accountId = accountId;
    const kept = this.#kept();
    if (kept) {
      this.#unsent = new Set(kept.unsent);
      this.#show(kept.value);
    }
    void this.#load(accountId);
  }

  async save() {
    if (this.#unsent.size > 0) await this.#send(false);
  }

  stop(forget: boolean) {
    clearTimeout(this.#timer);
    if (this.#accountId === null) return;
    if (this.#unsent.size > 0) void this.#send(true);
    if (forget) localStorage.removeItem(this.#name());
    this.#accountId = null;
    this.#unsent.clear();
    this.#loaded = false;
    this.#quiet = true;
    this.store.setState(this.options.initial, true);
    this.#quiet = false;
  }

  #name(): string {
    return `invokeai-rs.${this.options.key}.${this.#accountId ?? ''}`;
  }

  #kept(): Kept | null {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#name()) ?? 'null');
      if (!isRecord(kept) || !isRecord(kept.value)) return null;
      const unsent = Array.isArray(kept.unsent) ? kept.unsent.filter((name) => typeof name === 'string') : [];
      return { value: kept.value, unsent };
    } catch {
      return null;
    }
  }

  #keep() {
    try {
      localStorage.setItem(this.#name(), JSON.stringify({ value: this.get(), unsent: [...this.#unsent] }));
    } catch {
      // Without storage the server's copy has to do.
    }
  }

  #show(value: Record<string, unknown>) {
    this.#quiet = true;
    this.store.setState(this.options.read(value), true);
    this.#quiet = false;
  }

  async #load(accountId: string) {
    try {
      const saved = await api.get('/api/v1/client_state/{queue_id}/get_by_key', {
        path: { queue_id: QUEUE_ID },
        query: { key: this.options.key },
      });
      if (this.#accountId !== accountId) return;
      this.#loaded = true;
      const value: unknown = saved === null ? {} : JSON.parse(saved);
      // What was changed here since is newer than what the server has.
      const mine = Object.entries(this.get()).filter(([name]) => this.#unsent.has(name));
      this.#show({ ...(isRecord(value) ? value : {}), ...Object.fromEntries(mine) });
      this.#keep();
      if (this.#unsent.size > 0) await this.#send(false);
    } catch (error) {
      // The copy in this browser has to do until the server answers again.
      if (this.#accountId === accountId && !isRefused(error)) this.#sendSoon(TRY_AGAIN_AFTER);
    }
  }

  #sendSoon(after: number) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(false), after);
  }

  async #send(keepalive: boolean) {
    const accountId = this.#accountId;
    if (accountId === null) return;
    if (!this.#loaded) {
      if (!keepalive) await this.#load(accountId);
      return;
    }
    const sent = this.get();
    try {
      await api.post('/api/v1/client_state/{queue_id}/set_by_key', {
        path: { queue_id: QUEUE_ID },
        query: { key: this.options.key },
        body: JSON.stringify(sent),
        keepalive,
      });
      if (this.#accountId !== accountId || this.get() !== sent) return;
      this.#unsent.clear();
      this.#keep();
    } catch (error) {
      if (this.#accountId === accountId && !isRefused(error)) this.#sendSoon(TRY_AGAIN_AFTER);
    }
  }

  readonly #otherTab = (event: StorageEvent) => {
    if (this.#accountId === null || event.key !== this.#name() || this.#unsent.size > 0) return;
    const kept = this.#kept();
    if (kept) this.#show(kept.value);
  };

  readonly #leave = () => {
    if (this.#unsent.size > 0) void this.#send(true);
  };

  readonly #back = () => {
    if (this.#unsent.size > 0) this.#sendSoon(0);
  };
}

/** A part of what is remembered, kept up to date. */
export function useRemembered<T extends object, S>(remembered: Remembered<T>, select: (value: T) => S): S {
  return useStore(remembered.store, select);
}

/** Asking again would be answered the same. */
function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
