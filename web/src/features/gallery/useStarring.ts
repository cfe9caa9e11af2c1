import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useStar } from '@/api/images';
import { errorText } from '@/ui/errorText';

/** Stars pictures or takes their stars away, and says so when that is refused. */
export function useStarring(): (names: readonly string[], starred: boolean) => void {
  const { t } = useTranslation();
  const star = useStar();
  return (names, starred) => {
    // A promise, because the picture may be out of sight before the answer comes.
    star.mutateAsync({ names, starred }).catch((error: unknown) => {
      const message = error instanceof Error ? errorText(error, t) : null;
      notifications.show({ color: 'red', title: t('gallery.starFailed'), message });
    });
  };
}
