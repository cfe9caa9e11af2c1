import { useTranslation } from 'react-i18next';
import { Navigate, Route, Routes } from 'react-router';
import { useMember } from '@/api/member';
import { AboutPage } from '@/features/admin/AboutPage';
import { AdminFrame } from '@/features/admin/AdminFrame';
import { ConfigurationPage } from '@/features/admin/ConfigurationPage';
import { StatisticsPage } from '@/features/admin/StatisticsPage';
import { UsersPage } from '@/features/admin/UsersPage';
import { QueueOverview } from '@/features/queue/QueueOverview';
import { paths } from './paths';

/** What administrators look after. Without accounts there are none to manage. */
export function AdminPages() {
  const { t } = useTranslation();
  const account = useMember();
  const withAccounts = !account.isSingleUser;
  return (
    <AdminFrame title={t('account.administration')} withAccounts={withAccounts} sectionPath={paths.adminSection}>
      <Routes>
        {withAccounts && <Route path="users" element={<UsersPage account={account} />} />}
        {withAccounts && <Route path="statistics" element={<StatisticsPage />} />}
        <Route path="queue" element={<QueueOverview account={account} imagePath={paths.image} />} />
        <Route path="configuration" element={<ConfigurationPage />} />
        <Route path="about" element={<AboutPage />} />
        <Route path="*" element={<Navigate to={paths.adminSection(withAccounts ? 'users' : 'queue')} replace />} />
      </Routes>
    </AdminFrame>
  );
}
