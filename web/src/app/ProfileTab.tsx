import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { useLogout } from '@/api/auth';
import { useMember } from '@/api/member';
import { forgetRemembered } from '@/api/remembered';
import { ProfilePage } from '@/features/profile/ProfilePage';
import { ShortcutsDialog } from './pages';
import { addressOf, paths } from './paths';

export function ProfileTab() {
  const account = useMember();
  const navigate = useNavigate();
  const location = useLocation();
  const logout = useLogout(forgetRemembered);
  const [shortcutsShown, shortcuts] = useDisclosure(false);
  return (
    <>
      <ProfilePage
        account={account}
        onChangePassword={() => void navigate(paths.password(), { state: { from: addressOf(location) } })}
        onShortcuts={shortcuts.open}
        onLogout={() => {
          logout.mutate();
        }}
      />
      {shortcutsShown && (
        <Suspense>
          <ShortcutsDialog onClose={shortcuts.close} />
        </Suspense>
      )}
    </>
  );
}
