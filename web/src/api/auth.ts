// Who is signed in, and the requests that change it.
import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ApiError, type Schemas } from './client';
import { keys } from './keys';
import { saveRemembered } from './remembered';
import { signIn, signOut, useSession } from './session';

export type User = Schemas['UserDTO'];
export type ServerStatus = Schemas['SetupStatusResponse'];

/** The account the page acts for. In single-user mode it is the machine's owner, who never signs in. */
export type Account = { id: string; name: string; email: string | null; isAdmin: boolean; isSingleUser: boolean };

const SINGLE_USER: Account = { id: 'system', name: '', email: null, isAdmin: true, isSingleUser: true };

export const statusQuery = queryOptions({
  queryKey: keys.status,
  queryFn: ({ signal }) => api.get('/api/v1/auth/status', { signal }),
  staleTime: 60_000,
});

/** Whether the server wants people to sign in, and whether it has an administrator yet. */
export function useServerStatus() {
  return useQuery(statusQuery);
}

/** The signed-in account; `undefined` while unknown, `null` when nobody is signed in. */
export function useAccount(): { account: Account | null | undefined; error: Error | null; retry: () => void } {
  const status = useServerStatus();
  const token = useSession((session) => session.token);
  const generation = useSession((session) => session.generation);
  const me = useQuery({
    queryKey: [...keys.me, generation],
    queryFn: ({ signal }) => api.get('/api/v1/auth/me', { signal }),
    enabled: status.data?.multiuser_enabled === true && token !== null,
    staleTime: 60_000,
  });
  const retry = () => {
    void status.refetch();
    if (status.data !== undefined) void me.refetch();
  };
  if (status.data === undefined) return { account: undefined, error: status.error, retry };
  if (!status.data.multiuser_enabled) return { account: SINGLE_USER, error: null, retry };
  if (token === null) return { account: null, error: null, retry };
  if (me.data === undefined) return { account: undefined, error: me.error, retry };
  return { account: toAccount(me.data), error: null, retry };
}

export function toAccount(user: User): Account {
  const name = user.display_name?.trim() ?? '';
  return {
    id: user.user_id,
    name: name === '' ? user.email : name,
    email: user.email,
    isAdmin: user.is_admin,
    isSingleUser: false,
  };
}

export function useLogin() {
  return useMutation({
    mutationFn: (body: { email: string; password: string; remember_me: boolean }) => api.post('/api/v1/auth/login', { body }),
    onSuccess: ({ token, password_change_due: due }) => {
      signIn(token, due === true);
    },
  });
}

/** Changes the own password. The answer brings the token that goes on; all others are void. */
export function useChangePassword() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) => api.patch('/api/v1/auth/me', { body }),
    // The pictures' cookie holds the old token.
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.mediaCookies }),
  });
}

/** Nothing of one account may be shown to the next: every sign-in and sign-out, here or in another tab, empties the cache. */
export function forgetOnAccountChange(cache: QueryClient) {
  useSession.subscribe((now, before) => {
    if (now.generation !== before.generation) cache.removeQueries({ predicate: (query) => query.queryKey[0] !== 'auth' });
  });
}

/** Creates the first administrator and signs them in. */
export function useSetup() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (body: { email: string; display_name: string | null; password: string }) => {
      const answer = await api.post('/api/v1/auth/setup', { body });
      if ('token' in answer && typeof answer.token === 'string') return answer.token;
      const { token } = await api.post('/api/v1/auth/login', {
        body: { email: body.email, password: body.password, remember_me: false },
      });
      return token;
    },
    onSuccess: (token) => {
      signIn(token);
      cache.setQueryData<ServerStatus>(keys.status, (status) => status && { ...status, setup_required: false });
    },
    onError: (error) => {
      // Somebody else was faster: the status says so, and the router shows the sign-in page.
      if (error instanceof ApiError && error.status === 400) void cache.invalidateQueries({ queryKey: keys.status });
    },
  });
}

/** Makes an administrator with a code that `invokeai-web recover-admin` has shown on the console, and signs them in. */
export function useRecover() {
  return useMutation({
    mutationFn: (body: { code: string; email: string; display_name: string | null; password: string }) =>
      api.post('/api/v1/auth/recover', { body }),
    onSuccess: ({ token }) => {
      signIn(token);
    },
  });
}

/** `onSignedOut` runs even though signing out takes the calling component away. */
export function useLogout(onSignedOut: () => void) {
  return useMutation({
    mutationFn: async () => {
      // Afterwards the server takes nothing more for this account.
      await saveRemembered();
      await api.post('/api/v1/auth/logout', {});
    },
    // Signing out works without the server as well: the token is forgotten here.
    onSettled: () => {
      signOut();
      onSignedOut();
    },
  });
}

const MEDIA_COOKIE_HOURS = 6;

/** Keeps the cookie fresh that lets `<img>` fetch private pictures; true once pictures may be shown. */
export function useMediaCookie(account: Account): boolean {
  const every = MEDIA_COOKIE_HOURS * 3_600_000;
  // Signing out takes the cookie away, so that of an earlier session does not count.
  const generation = useSession((session) => session.generation);
  const cookie = useQuery({
    queryKey: [...keys.mediaCookies, account.id, generation],
    queryFn: () => api.post('/api/v1/auth/media-cookie', {}),
    enabled: !account.isSingleUser,
    staleTime: every,
    refetchInterval: every,
  });
  return account.isSingleUser || cookie.isSuccess;
}
