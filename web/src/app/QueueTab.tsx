import { useMember } from '@/api/member';
import { QueuePage } from '@/features/queue/QueuePage';
import { paths } from './paths';

export function QueueTab() {
  return <QueuePage account={useMember()} imagePath={paths.image} />;
}
