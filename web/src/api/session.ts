// The token of the signed-in account: in memory for requests, in localStorage for the next visit and the other tabs.
import { create } from 'zustand';

const STORAGE_KEY = 'auth_token';

type Session = {
  token: string | null;
  /** Counts sign-ins and sign-outs, so that an answer to an older session's request is not taken for this one's. */
  generation: number;
  /** True after the server refused the token, until the next sign-in. */
  expired: boolean;
  /** True after the server said at the sign-in that the password is too old, until it is changed or put off. */
  passwordDue: boolean;
};

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function store(token: string | null) {
  try {
    if (token === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, token);
  } catch {
    // Without storage the session lasts as long as the tab.
  }
}

export const useSession = create<Session>()(() => ({ token: stored(), generation: 0, expired: false, passwordDue: false }));

export function signIn(token: string, passwordDue = false) {
  store(token);
  useSession.setState((session) => ({ token, generation: session.generation + 1, expired: false, passwordDue }));
}

/** The password was changed, or will be later. */
export function settlePassword() {
  useSession.setState({ passwordDue: false });
}

export function signOut() {
  store(null);
  useSession.setState((session) => ({ token: null, generation: session.generation + 1, expired: false, passwordDue: false }));
}

/** The server refused `token`: the login page says that the session ended. */
export function expire(token: string) {
  if (useSession.getState().token !== token) return;
  store(null);
  useSession.setState((session) => ({ token: null, generation: session.generation + 1, expired: true, passwordDue: false }));
}

/** Takes the replacement that came with an answer, unless somebody signed in or out since the request. */
export function renew(token: string, generation: number) {
  const session = useSession.getState();
  if (session.token === null || session.generation !== generation) return;
  store(token);
  useSession.setState({ token });
}

/** Follows sign-in and sign-out of the other tabs. */
export function followOtherTabs(): () => void {
  const listener = (event: StorageEvent) => {
    if (event.key !== STORAGE_KEY && event.key !== null) return;
    const token = stored();
    const session = useSession.getState();
    if (token === session.token) return;
    const renewed = token !== null && session.token !== null && accountOf(token) === accountOf(session.token);
    useSession.setState({ token, generation: session.generation + (renewed ? 0 : 1), expired: false });
  };
  window.addEventListener('storage', listener);
  return () => {
    window.removeEventListener('storage', listener);
  };
}

/** The account a token names; only to tell a renewed token from another account's. The server alone decides what it is worth. */
function accountOf(token: string): string {
  const claims = token.split('.')[1] ?? '';
  try {
    const parsed: unknown = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof parsed === 'object' && parsed !== null && 'user_id' in parsed ? String(parsed.user_id) : token;
  } catch {
    return token;
  }
}
