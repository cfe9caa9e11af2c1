import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { errorText } from './errorText';
import { Notice } from './Notice';

type Props = {
  /** What did not work. */
  title: string;
  /** Why; an answer that never came says so in words of its own. */
  error: (Error & { isOffline?: boolean }) | null;
  onRetry?: () => void;
};

/** Something failed: what, why, and a way to try it again. */
export function ErrorNotice({ title, error, onRetry }: Props) {
  const { t } = useTranslation();
  if (error === null) return null;
  return (
    <Notice kind="error" title={title}>
      {errorText(error, t)}
      {onRetry && (
        <div>
          <Button mt={8} size="compact-sm" color="red" variant="light" onClick={onRetry}>
            {t('app.tryAgain')}
          </Button>
        </div>
      )}
    </Notice>
  );
}
