import { Center, Loader, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, Suspense, use, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { type Account, useMediaCookie } from '@/api/auth';
import { MemberContext } from '@/api/member';
import { preferences, usePreferences } from '@/api/preferences';
import { forgetRemembered, startRemembering } from '@/api/remembered';
import { useSession } from '@/api/session';
import { type Connect, startLive } from '@/api/socket';
import { ConnectionPill } from '@/features/account/ConnectionPill';
import { ProfileMenu } from '@/features/account/ProfileMenu';
import { showLanguage } from '@/i18n';
import { useShortcut } from '@/shortcuts/useShortcut';
import { Logo } from '@/ui/Logo';
import { DownloadNews } from './DownloadNews';
import { ErrorBoundary } from './ErrorBoundary';
import { GlobalProgress } from './GlobalProgress';
import { ShortcutsDialog } from './pages';
import { addressOf, paths } from './paths';
import { QueueNews } from './QueueNews';
import classes from './Shell.module.css';
import { Tabs } from './Tabs';
import { TABS } from './tabs';

/** How to reach the server's events; the fake server of `--mode mock` and the tests bring their own. */
export const ConnectContext = createContext<Connect | undefined>(undefined);

/** The frame of every page of a signed-in account, its live updates, and what it remembers. */
export function Shell({ account }: { account: Account }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const location = useLocation();
  const connect = use(ConnectContext);
  const generation = useSession((session) => session.generation);
  const picturesReady = useMediaCookie(account);
  const [shortcutsShown, shortcuts] = useDisclosure(false);
  const member = useMemo(() => ({ account, picturesReady }), [account, picturesReady]);
  const tab = TABS.find(({ path }) => location.pathname === path || location.pathname.startsWith(`${path}/`));

  const remembers = useRemembering(account.id);
  useEffect(() => startLive(cache, account.id, connect), [cache, account.id, connect, generation]);
  usePreferencesApplied();
  useEffect(() => {
    if (tab && preferences.get().lastTab !== tab.id) preferences.set({ lastTab: tab.id });
  }, [tab]);

  useShortcut('help', shortcuts.open);
  const go = (path: string) => () => void navigate(path);
  useShortcut('tabGenerate', go(paths.generate()));
  useShortcut('tabUpscale', go(paths.upscale()));
  useShortcut('tabWorkflows', go(paths.workflows()));
  useShortcut('tabModels', go(paths.models()));
  useShortcut('tabQueue', go(paths.queue()));

  return (
    <MemberContext value={member}>
      <div className={classes.shell}>
        <a className={classes.skip} href="#content">
          {t('app.skipToContent')}
        </a>
        <header className={classes.header}>
          <Link to={paths.home()} className={classes.home} aria-label={t('app.name')}>
            <Logo name={t('app.name')} shrinks />
          </Link>
          <Tabs />
          <div className={classes.right}>
            <ConnectionPill />
            <ProfileMenu
              account={account}
              onProfile={go(paths.profile())}
              onAdministration={go(paths.admin())}
              onShortcuts={shortcuts.open}
              onChangePassword={() => void navigate(paths.password(), { state: { from: addressOf(location) } })}
              onLogout={forgetRemembered}
            />
          </div>
          <GlobalProgress account={account} />
        </header>
        <main id="content" tabIndex={-1} className={classes.main}>
          <ErrorBoundary key={tab?.id ?? location.pathname}>
            <Suspense
              fallback={
                <Center h="100%" mih={240}>
                  <Loader aria-label={t('app.loading')} />
                </Center>
              }
            >
              {remembers && <Outlet />}
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <DownloadNews />
      <QueueNews account={account} isHere={tab?.id === 'generate' || tab?.id === 'upscale' || tab?.id === 'queue'} />
      {shortcutsShown && (
        <Suspense>
          <ShortcutsDialog onClose={shortcuts.close} />
        </Suspense>
      )}
    </MemberContext>
  );
}

/** Whether the pages may read what is remembered, at least the copy in this browser. */
function useRemembering(accountId: string): boolean {
  const [active, setActive] = useState<string | null>(null);
  useEffect(() => {
    const stop = startRemembering(accountId);
    // Nothing is computed from it: it says that the subscription above began.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setActive(accountId);
    return stop;
  }, [accountId]);
  return active === accountId;
}

/** Theme and language follow the account, wherever it signs in. */
function usePreferencesApplied() {
  const { theme, language } = usePreferences();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme !== colorScheme) setColorScheme(theme);
  }, [theme, colorScheme, setColorScheme]);
  useEffect(() => {
    void showLanguage(language);
  }, [language]);
}
