import { Button, Center, Loader } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { BrowserRouter, Navigate, Route, Routes, useLocation, useNavigate } from 'react-router';
import { type Account, useAccount, useServerStatus } from '@/api/auth';
import { basePath } from '@/api/base';
import { settlePassword, useSession } from '@/api/session';
import { ChangePasswordPage } from '@/features/auth/ChangePasswordPage';
import { LoginPage } from '@/features/auth/LoginPage';
import { SetupPage } from '@/features/auth/SetupPage';
import { EmptyState } from '@/ui/EmptyState';
import { destination, paths } from './paths';
import { Shell } from './Shell';
import { Studio } from './Studio';

export function App() {
  return (
    <BrowserRouter basename={basePath()}>
      <Routes>
        <Route
          path={paths.setup()}
          element={
            <Guest only="setup">
              <SetupPage />
            </Guest>
          }
        />
        <Route
          path={paths.recover()}
          element={
            <Visitor>
              <SetupPage recovery />
            </Visitor>
          }
        />
        <Route
          path={paths.login()}
          element={
            <Guest only="login">
              <LoginPage />
            </Guest>
          }
        />
        <Route
          path={paths.password()}
          element={
            <Member>{(account) => (account.isSingleUser ? <Navigate to={paths.studio()} replace /> : <Password />)}</Member>
          }
        />
        <Route
          path="/"
          element={
            <Member>
              {(account) => (
                <Shell account={account}>
                  <Studio account={account} />
                </Shell>
              )}
            </Member>
          }
        >
          <Route path="image/:name" element={null} />
        </Route>
        <Route path="*" element={<Navigate to={paths.studio()} replace />} />
      </Routes>
    </BrowserRouter>
  );
}

/** Pages for those who are not signed in; everybody else is sent on. */
function Guest({ only, children }: { only: 'setup' | 'login'; children: ReactNode }) {
  const location = useLocation();
  const status = useServerStatus();
  const { account, error, retry } = useAccount();
  if (account) return <Navigate to={destination(location.state)} replace />;
  if (account === undefined || status.data === undefined) return <Waiting error={error} retry={retry} />;
  const wanted = status.data.setup_required ? 'setup' : 'login';
  return wanted === only ? children : <Navigate to={paths[wanted]()} replace state={location.state as unknown} />;
}

/** Pages for everybody who is not signed in. */
function Visitor({ children }: { children: ReactNode }) {
  const { account, error, retry } = useAccount();
  if (account === undefined) return <Waiting error={error} retry={retry} />;
  return account ? <Navigate to={paths.studio()} replace /> : children;
}

/** Pages for the signed-in account, or for everybody in single-user mode. */
function Member({ children }: { children: (account: Account) => ReactNode }) {
  const location = useLocation();
  const { account, error, retry } = useAccount();
  const passwordDue = useSession((session) => session.passwordDue);
  if (account === undefined) return <Waiting error={error} retry={retry} />;
  if (account === null) return <Navigate to={paths.login()} replace state={{ from: location.pathname }} />;
  if (passwordDue && location.pathname !== paths.password()) {
    return <Navigate to={paths.password()} replace state={{ from: location.pathname }} />;
  }
  return children(account);
}

/** The own password, asked for because it is too old or because one wants another. */
function Password() {
  const location = useLocation();
  const navigate = useNavigate();
  const due = useSession((session) => session.passwordDue);
  return (
    <ChangePasswordPage
      due={due}
      onDone={() => {
        settlePassword();
        void navigate(destination(location.state), { replace: true });
      }}
    />
  );
}

function Waiting({ error, retry }: { error: Error | null; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Center mih="100dvh">
      {error === null ? (
        <Loader aria-label={t('app.loading')} />
      ) : (
        <EmptyState
          icon={<IconPlugConnectedX size={32} stroke={1.6} />}
          title={t('app.unreachable')}
          hint={t('app.unreachableHint')}
        >
          <Button onClick={retry}>{t('app.tryAgain')}</Button>
        </EmptyState>
      )}
    </Center>
  );
}
