import { Button, Center, Loader } from '@mantine/core';
import { IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { BrowserRouter, Navigate, Route, Routes, useLocation, useNavigate } from 'react-router';
import { type Account, useAccount, useServerStatus } from '@/api/auth';
import { basePath } from '@/api/base';
import { useMember } from '@/api/member';
import { preferences } from '@/api/preferences';
import { settlePassword, useSession } from '@/api/session';
import { ChangePasswordPage } from '@/features/auth/ChangePasswordPage';
import { LoginPage } from '@/features/auth/LoginPage';
import { SetupPage } from '@/features/auth/SetupPage';
import { EmptyState } from '@/ui/EmptyState';
import { addressOf, destination, paths } from './paths';
import { AdminPages, GeneratePage, ModelsPage, ProfilePage, QueuePage, UpscalePage, WorkflowsPage } from './pages';
import { Shell } from './Shell';
import { TABS } from './tabs';

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
          element={<Member>{(account) => (account.isSingleUser ? <Navigate to={paths.home()} replace /> : <Password />)}</Member>}
        />
        <Route element={<Member>{(account) => <Shell account={account} />}</Member>}>
          <Route index element={<LastTab />} />
          <Route path="generate/*" element={<GeneratePage />} />
          <Route path="upscale/*" element={<UpscalePage />} />
          <Route path="workflows/*" element={<WorkflowsPage />} />
          <Route path="models/*" element={<ModelsPage />} />
          <Route path="queue/*" element={<QueuePage />} />
          <Route path="profile/*" element={<ProfilePage />} />
          <Route path="admin/*" element={<AdministratorsOnly />} />
        </Route>
        <Route path="*" element={<Navigate to={paths.home()} replace />} />
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
  return account ? <Navigate to={paths.home()} replace /> : children;
}

/** Pages for the signed-in account, or for everybody in single-user mode. */
function Member({ children }: { children: (account: Account) => ReactNode }) {
  const location = useLocation();
  const { account, error, retry } = useAccount();
  const passwordDue = useSession((session) => session.passwordDue);
  if (account === undefined) return <Waiting error={error} retry={retry} />;
  if (account === null) return <Navigate to={paths.login()} replace state={{ from: addressOf(location) }} />;
  if (passwordDue && location.pathname !== paths.password()) {
    return <Navigate to={paths.password()} replace state={{ from: addressOf(location) }} />;
  }
  return children(account);
}

/** The tab that was open last. */
function LastTab() {
  const tab = TABS.find(({ id }) => id === preferences.get().lastTab) ?? TABS[0];
  return <Navigate to={tab.path} replace />;
}

/** The server refuses everybody else as well; here it is said at once. */
function AdministratorsOnly() {
  const { t } = useTranslation();
  if (useMember().isAdmin) return <AdminPages />;
  return (
    <Center h="100%">
      <EmptyState icon={<IconLock size={32} stroke={1.6} />} title={t('app.adminRequired')} hint={t('app.adminRequiredHint')} />
    </Center>
  );
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
