import type { ServerEvents } from '@/api/events';
import type { LiveSocket } from '@/api/socket';

type Listener = (...values: never[]) => void;
type Lifecycle = { connect: () => void; disconnect: (reason: string) => void; connect_error: (error: Error) => void };
type Events = ServerEvents & Lifecycle;

/** A socket whose other end is the test. */
export class FakeSocket {
  readonly sent: [string, unknown][] = [];
  active = true;
  readonly #listeners = new Map<string, Listener[]>();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  emit(event: string, value: unknown): this {
    this.sent.push([event, value]);
    return this;
  }

  connect(): this {
    this.receive('connect');
    return this;
  }

  disconnect(): this {
    this.#listeners.clear();
    return this;
  }

  receive<E extends keyof Events>(event: E, ...values: Parameters<Events[E]>) {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (...values: unknown[]) => void)(...values);
  }

  asLive(): LiveSocket {
    return this as unknown as LiveSocket;
  }
}
