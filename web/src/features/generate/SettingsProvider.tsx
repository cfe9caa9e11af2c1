import { type ReactNode, useState } from 'react';
import { createSettings, SettingsContext } from './settings';

/** Give it the account's id as `key` too: another account has other settings. */
export function SettingsProvider({ accountId, children }: { accountId: string; children: ReactNode }) {
  const [store] = useState(() => createSettings(accountId));
  return <SettingsContext value={store}>{children}</SettingsContext>;
}
