// What models are called.
import type { TFunction } from 'i18next';

const TYPES = [
  'main',
  'vae',
  'lora',
  'control_lora',
  'controlnet',
  'embedding',
  'ip_adapter',
  'clip_vision',
  'clip_embed',
  't2i_adapter',
  't5_encoder',
  'spandrel_image_to_image',
  'siglip',
  'flux_redux',
] as const;

/** A model's type in words; one without words keeps the server's. */
export function typeLabel(type: string, t: TFunction): string {
  const known = TYPES.find((candidate) => candidate === type);
  return known === undefined ? type : t(`modelsPage.types.${known}`);
}
