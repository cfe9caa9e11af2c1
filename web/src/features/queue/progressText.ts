import type { TFunction } from 'i18next';
import type { Progress } from '@/api/queue';

const KNOWN = {
  Denoising: 'queue.denoising',
  'Building conditioning': 'queue.conditioning',
  'Running VAE decoder': 'queue.decoding',
  'Saving image': 'queue.saving',
} as const;

function isKnown(message: string): message is keyof typeof KNOWN {
  return message in KNOWN;
}

/** The server's progress message in the reader's words; one it does not know is shown as it came. */
export function progressText(progress: Progress | undefined, t: TFunction): string {
  if (progress === undefined) return t('queue.starting');
  const { message, fraction, steps } = progress;
  if (message === 'Denoising' && fraction !== null && steps !== null) {
    return t('queue.step', { step: Math.round(fraction * steps), steps });
  }
  if (isKnown(message)) return t(KNOWN[message]);
  const model = /^Loading model (.+?)(?: \(.*\))?$/.exec(message)?.[1];
  return model === undefined ? message : t('queue.loadingModel', { name: model });
}
