import { beforeEach, expect, test, vi } from 'vitest';
import { api, ApiError } from './client';
import { signIn, signOut, useSession } from './session';

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  fetched.mockResolvedValueOnce(Response.json(body, { status, headers }));
}

/** The next request is answered when the returned function is called. */
function answerLater(): (response: Response) => void {
  const resolvers: ((response: Response) => void)[] = [];
  fetched.mockReturnValueOnce(
    new Promise((resolve) => {
      resolvers.push(resolve);
    }),
  );
  return (response) => {
    for (const resolve of resolvers) resolve(response);
  };
}

function request(index = 0): { url: URL; headers: Headers; init: RequestInit } {
  const [url, init] = fetched.mock.calls[index] ?? [];
  return { url: new URL(url instanceof Request ? url.url : (url ?? '')), headers: new Headers(init?.headers), init: init ?? {} };
}

test('a request carries the token, the query and the path', async () => {
  signIn('t1');
  answer(200, { items: [], offset: 0, limit: 60, total: 0 });
  await api.get('/api/v1/images/', { query: { categories: ['general', 'user'], offset: 0 } });
  expect(request().url.pathname + request().url.search).toBe('/api/v1/images/?categories=general&categories=user&offset=0');
  expect(request().headers.get('Authorization')).toBe('Bearer t1');
  expect(request().headers.has('Content-Type')).toBe(false);

  answer(200, {});
  await api.get('/api/v1/images/i/{image_name}', { path: { image_name: 'a/b.png' } });
  expect(request(1).url.pathname).toBe('/api/v1/images/i/a%2Fb.png');
});

test('a refreshed token replaces the old one, also for the next visit', async () => {
  signIn('t1');
  answer(200, { success: true }, { 'X-Refreshed-Token': 't2' });
  await api.post('/api/v1/auth/media-cookie', {});
  expect(useSession.getState().token).toBe('t2');
  expect(localStorage.getItem('auth_token')).toBe('t2');
});

test('a refreshed token does not sign somebody in again who signed out meanwhile', async () => {
  signIn('t1');
  const finish = answerLater();
  const pending = api.post('/api/v1/auth/media-cookie', {});
  signOut();
  finish(Response.json({ success: true }, { headers: { 'X-Refreshed-Token': 't2' } }));
  await pending;
  expect(useSession.getState().token).toBeNull();
});

test('a refused token ends the session, and the page knows why', async () => {
  signIn('t1');
  answer(401, { detail: 'Invalid or expired token' });
  await expect(api.get('/api/v1/auth/me', {})).rejects.toThrow('Invalid or expired token');
  expect(useSession.getState()).toMatchObject({ token: null, expired: true });
  expect(localStorage.getItem('auth_token')).toBeNull();
});

test('an answer to an older token does not end the present session', async () => {
  signIn('t1');
  const finish = answerLater();
  const pending = api.get('/api/v1/auth/me', {});
  signIn('t2');
  finish(Response.json({ detail: 'Invalid or expired token' }, { status: 401 }));
  await expect(pending).rejects.toThrow(ApiError);
  expect(useSession.getState()).toMatchObject({ token: 't2', expired: false });
});

test('a wrong password is not an expired session', async () => {
  signIn('t1');
  answer(401, { detail: 'Incorrect email or password' });
  const body = { email: 'a@b', password: 'x', remember_me: false };
  await expect(api.post('/api/v1/auth/login', { body })).rejects.toMatchObject({ status: 401 });
  expect(useSession.getState().token).toBe('t1');
});

test('refused fields are named', async () => {
  answer(422, { detail: [{ type: 'value_error', loc: ['body', 'email'], msg: 'Invalid email address', input: 'x' }] });
  const body = { email: 'x', password: 'y' };
  await expect(api.post('/api/v1/auth/setup', { body })).rejects.toMatchObject({
    status: 422,
    message: 'Invalid email address',
    problems: [{ field: 'email', message: 'Invalid email address' }],
  });
});

test('waiting time and missing server are told', async () => {
  answer(429, { detail: 'Too many attempts' }, { 'Retry-After': '7' });
  await expect(api.get('/api/v1/auth/status', {})).rejects.toMatchObject({ retryAfterSeconds: 7 });
  fetched.mockRejectedValueOnce(new TypeError('network'));
  await expect(api.get('/api/v1/auth/status', {})).rejects.toMatchObject({ isOffline: true });
});

test('an error without JSON is an error as well', async () => {
  fetched.mockResolvedValueOnce(new Response('Internal Server Error', { status: 500, statusText: 'Internal Server Error' }));
  await expect(api.get('/api/v1/auth/status', {})).rejects.toMatchObject({ status: 500, message: 'Internal Server Error' });
});
