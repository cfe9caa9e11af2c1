// The text-to-image graph of Stable Diffusion 1.x: the same nodes, edges and batch data that InvokeAI's page sends, so that
// pictures carry the same metadata and can be recalled by either page.
import type { Model } from '@/api/models';
import type { EnqueueBody } from '@/api/queue';
import { MAX_SEED } from '@/api/rules';
import type { Settings } from './settings';

type Node = { id: string; type: string; is_intermediate?: boolean; use_cache?: boolean } & Record<string, unknown>;
type Edge = { source: { node_id: string; field: string }; destination: { node_id: string; field: string } };

/** Whether this graph can be made for the model. */
export function isSupported(model: Model): boolean {
  return model.type === 'main' && model.base === 'sd-1';
}

function reference(model: Model) {
  return { key: model.key, hash: model.hash, name: model.name, base: model.base, type: model.type };
}

/**
 * The request that enqueues one item per seed.
 * @param newId makes the part of a node's id that keeps it apart from those of other graphs.
 */
export function buildTextToImage(settings: Settings, model: Model, newId: () => string): EnqueueBody {
  const nodes: Record<string, Node> = {};
  const edges: Edge[] = [];
  const add = (name: string, type: string, fields: Record<string, unknown> = {}): string => {
    const id = `${name}:${newId()}`;
    nodes[id] = { id, type, is_intermediate: true, use_cache: true, ...fields };
    return id;
  };
  const connect = (source: string, output: string, destination: string, input: string) => {
    edges.push({ source: { node_id: source, field: output }, destination: { node_id: destination, field: input } });
  };
  const { width, height, steps, scheduler, cfgScale } = settings;

  const seed = add('seed', 'integer');
  const positive = add('positive_prompt', 'string');
  const negative = add('negative_prompt', 'string');
  const loader = add('sd1_model_loader', 'main_model_loader', { model: model.record });
  const clipSkip = add('clip_skip', 'clip_skip', { skipped_layers: 0 });
  const positiveCond = add('pos_cond', 'compel');
  const positiveAll = add('pos_cond_collect', 'collect');
  const negativeCond = add('neg_cond', 'compel');
  const negativeAll = add('neg_cond_collect', 'collect');
  const noise = add('noise', 'noise', { use_cpu: true, width, height });
  const denoise = add('denoise_latents', 'denoise_latents', {
    cfg_scale: cfgScale,
    cfg_rescale_multiplier: 0,
    hidiffusion: false,
    hidiffusion_raunet: true,
    hidiffusion_window_attn: true,
    scheduler,
    steps,
    denoising_start: 0,
    denoising_end: 1,
  });
  const metadata = add('core_metadata', 'core_metadata', {
    cfg_scale: cfgScale,
    cfg_rescale_multiplier: 0,
    hidiffusion: false,
    hidiffusion_raunet: true,
    hidiffusion_window_attn: true,
    hidiffusion_t1_ratio: 0.4,
    hidiffusion_t2_ratio: 0,
    model: reference(model),
    steps,
    rand_device: 'cpu',
    scheduler,
    clip_skip: 0,
    seamless_x: false,
    seamless_y: false,
    width,
    height,
    generation_mode: 'txt2img',
    ref_images: [],
  });
  const output = add('canvas_output', 'l2i', { fp32: true, is_intermediate: false, use_cache: false });

  connect(loader, 'unet', denoise, 'unet');
  connect(loader, 'clip', clipSkip, 'clip');
  connect(clipSkip, 'clip', positiveCond, 'clip');
  connect(clipSkip, 'clip', negativeCond, 'clip');
  connect(positive, 'value', positiveCond, 'prompt');
  connect(positiveCond, 'conditioning', positiveAll, 'item');
  connect(positiveAll, 'collection', denoise, 'positive_conditioning');
  connect(negative, 'value', negativeCond, 'prompt');
  connect(negativeCond, 'conditioning', negativeAll, 'item');
  connect(negativeAll, 'collection', denoise, 'negative_conditioning');
  connect(seed, 'value', noise, 'seed');
  connect(noise, 'noise', denoise, 'noise');
  connect(denoise, 'latents', output, 'latents');
  connect(seed, 'value', metadata, 'seed');
  connect(positive, 'value', metadata, 'positive_prompt');
  connect(negative, 'value', metadata, 'negative_prompt');
  connect(loader, 'vae', output, 'vae');
  connect(metadata, 'metadata', output, 'metadata');

  const seeds = Array.from({ length: settings.count }, (_, index) => (settings.seed + index) % (MAX_SEED + 1));
  return {
    prepend: false,
    batch: {
      graph: { id: `sd1_graph:${newId()}`, nodes, edges },
      runs: 1,
      data: [
        [{ node_path: seed, field_name: 'value', items: seeds }],
        [
          { node_path: positive, field_name: 'value', items: [settings.prompt] },
          { node_path: negative, field_name: 'value', items: [settings.negativePrompt] },
        ],
      ],
      origin: 'generate',
      destination: 'generate',
    },
  };
}
