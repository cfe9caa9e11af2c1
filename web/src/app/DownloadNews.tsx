import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFailedDownload } from '@/api/downloads';

/** Says that a file that was asked for does not come. */
export function DownloadNews() {
  const { t } = useTranslation();
  useEffect(
    () =>
      useFailedDownload.subscribe(({ failure }) => {
        if (failure) notifications.show({ color: 'red', title: t('selection.downloadFailed'), message: failure.reason });
      }),
    [t],
  );
  return null;
}
