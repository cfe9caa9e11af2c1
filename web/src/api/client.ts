// A thin typed fetch over the operations in schema.d.ts.
import { serverUrl } from './base';
import type { components, paths } from './schema';
import { expire, renew, useSession } from './session';

export type Schemas = components['schemas'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsWith<M extends Method> = { [P in keyof paths]: [NonNullable<paths[P][M]>] extends [never] ? never : P }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type Json<T> = T extends { content: { 'application/json': infer B } }
  ? B
  : T extends { content: { 'text/plain': infer B } }
    ? B
    : undefined;
type Success<O> = O extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202)]: Json<R[S]> }[keyof R & (200 | 201 | 202)]
  : never;
type Part<O, K extends string> = O extends { parameters: Record<K, infer V> }
  ? Record<K, V>
  : O extends { parameters: Partial<Record<K, infer V>> }
    ? Partial<Record<K, V>>
    : unknown;
type Content<O> = O extends { requestBody?: infer R } ? (NonNullable<R> extends { content: infer C } ? C : never) : never;
/** A JSON body as its type says, a text sent as a JSON string, or a form with files. */
type Body<O> = [Content<O>] extends [never]
  ? unknown
  : Content<O> extends { 'application/json': infer B }
    ? O extends { requestBody: unknown }
      ? { body: B }
      : { body?: B }
    : Content<O> extends { 'text/plain': string }
      ? { body: string }
      : Content<O> extends { 'multipart/form-data': unknown }
        ? { form: FormData }
        : unknown;
/** `keepalive`: the request outlives the page. */
type Options<O> = Part<O, 'path'> & Part<O, 'query'> & Body<O> & { signal?: AbortSignal; keepalive?: boolean };

/** One field of a request that the server refused. */
export type Problem = { field: string; message: string };

/** An answer that is not a success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
    readonly problems: readonly Problem[] = [],
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

type Loose = {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
  keepalive?: boolean;
};

async function send(method: Method, path: string, options: Loose): Promise<unknown> {
  const url = new URL(serverUrl(fill(path, options.path ?? {})));
  for (const [name, value] of Object.entries(options.query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) url.searchParams.append(name, String(item));
    }
  }
  const { token, generation } = useSession.getState();
  const headers = new Headers({ Accept: 'application/json' });
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');

  let response: Response;
  try {
    response = await fetch(url, {
      method: method.toUpperCase(),
      headers,
      body: options.form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'offline');
  }

  const renewed = response.headers.get('X-Refreshed-Token');
  if (renewed !== null) renew(renewed, generation);
  if (response.ok) return response.status === 204 ? undefined : ((await response.json()) as unknown);
  // The login route answers 401 to a wrong password, which says nothing about the token.
  if (response.status === 401 && token !== null && !path.endsWith('/auth/login')) expire(token);
  throw await toError(response);
}

function fill(path: string, values: Record<string, unknown>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

async function toError(response: Response): Promise<ApiError> {
  const retryAfter = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const seconds = Number.isNaN(retryAfter) ? null : retryAfter;
  let detail: unknown;
  try {
    const body: unknown = await response.json();
    detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : undefined;
  } catch {
    // The body is no JSON: the status has to do.
  }
  if (typeof detail === 'string' && detail !== '') return new ApiError(response.status, detail, [], seconds);
  if (Array.isArray(detail)) {
    const problems = detail.filter(isProblem).map((problem) => ({ field: String(problem.loc.at(-1)), message: problem.msg }));
    const message = problems.map((problem) => problem.message).join('; ');
    return new ApiError(response.status, message || response.statusText, problems, seconds);
  }
  return new ApiError(response.status, response.statusText || `HTTP ${response.status}`, [], seconds);
}

function isProblem(value: unknown): value is { loc: unknown[]; msg: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'msg' in value &&
    typeof value.msg === 'string' &&
    'loc' in value &&
    Array.isArray(value.loc)
  );
}

function caller<M extends Method>(method: M) {
  return async <P extends PathsWith<M>>(path: P, options: Options<Operation<P, M>>): Promise<Success<Operation<P, M>>> =>
    (await send(method, path, options)) as Success<Operation<P, M>>;
}

export const api = {
  get: caller('get'),
  post: caller('post'),
  put: caller('put'),
  patch: caller('patch'),
  delete: caller('delete'),
};
