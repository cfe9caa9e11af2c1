import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Account } from '@/api/auth';
import { useSession } from '@/api/session';
import { type Connect, startLive } from '@/api/socket';
import { ConnectionPill } from '@/features/account/ConnectionPill';
import { ProfileMenu } from '@/features/account/ProfileMenu';
import { forgetSettings } from '@/features/generate/settings';
import { Logo } from '@/ui/Logo';
import { paths } from './paths';
import classes from './Shell.module.css';

/** How to reach the server's events; the fake server of `--mode mock` and the tests bring their own. */
export const ConnectContext = createContext<Connect | undefined>(undefined);

/** The frame of every page of a signed-in account, and its live updates. */
export function Shell({ account, children }: { account: Account; children: ReactNode }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const connect = use(ConnectContext);
  const generation = useSession((session) => session.generation);

  useEffect(() => startLive(cache, account.id, connect), [cache, account.id, connect, generation]);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('app.skipToContent')}
      </a>
      <header className={classes.header}>
        <Link to={paths.studio()} className={classes.home}>
          <Logo name={t('app.name')} shrinks />
        </Link>
        <div className={classes.right}>
          <ConnectionPill />
          <ProfileMenu
            account={account}
            onChangePassword={() => void navigate(paths.password())}
            onLogout={() => {
              forgetSettings(account.id);
            }}
          />
        </div>
      </header>
      <main id="content" tabIndex={-1} className={classes.main}>
        {children}
      </main>
    </div>
  );
}
