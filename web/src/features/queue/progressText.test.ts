import { expect, test } from 'vitest';
import i18n from '@/i18n';
import { progressText } from './progressText';

const nothing = { fraction: null, steps: null, preview: null };

test.each([
  [undefined, 'Starting…'],
  [{ ...nothing, message: 'Loading model tiny-sd15 (text_encoder)' }, 'Loading tiny-sd15'],
  [{ ...nothing, message: 'Building conditioning' }, 'Reading the prompt'],
  [{ ...nothing, message: 'Denoising', fraction: 0.5, steps: 8 }, 'Step 4 of 8'],
  [{ ...nothing, message: 'Denoising', fraction: 0.5 }, 'Denoising'],
  [{ ...nothing, message: 'Running VAE decoder' }, 'Developing the picture'],
  [{ ...nothing, message: 'Something of the future' }, 'Something of the future'],
])('%j reads %s', (progress, text) => {
  expect(progressText(progress, i18n.t)).toBe(text);
});
