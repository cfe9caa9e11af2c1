import type { TFunction } from 'i18next';

/** Why something failed, in the reader's words where no answer came at all. */
export function errorText(error: Error & { isOffline?: boolean }, t: TFunction): string {
  return error.isOffline === true ? t('app.offlineReason') : error.message;
}
