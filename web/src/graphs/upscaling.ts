// The graphs of the Upscale tab, as InvokeAI's own page sends them.
import type { Model } from '@/api/models';
import type { EnqueueBody } from '@/api/queue';
import { addLoras, type Lora, type PictureField } from './generation';
import { Graph, reference } from './Graph';

export type Upscaling = {
  image: PictureField;
  upscaler: Model;
  scale: number;
  model: Model;
  tileControl: Model;
  loras: readonly Lora[];
  /** From -10 to 10: how much is invented, and how closely shapes are kept. */
  creativity: number;
  structure: number;
  tileSize: number;
  tileOverlap: number;
  prompt: string;
  negativePrompt: string;
  seed: number;
  steps: number;
  cfgScale: number;
  scheduler: string;
  boardId: string | null;
};

/** An enlargement whose details are painted anew, tile by tile. */
export function buildUpscaling(wanted: Upscaling, newId: () => string): EnqueueBody {
  const graph = new Graph(newId);
  const isXl = wanted.model.base === 'sdxl';
  const image = { image_name: wanted.image.name, width: wanted.image.width, height: wanted.image.height };
  const board = wanted.boardId !== null && { board: { board_id: wanted.boardId } };

  const positive = graph.add('positive_prompt', 'string');
  const negative = graph.add('negative_prompt', 'string');
  const enlarge = graph.add('spandrel_autoscale', 'spandrel_image_to_image_autoscale', {
    image,
    image_to_image_model: reference(wanted.upscaler),
    fit_to_multiple_of_8: true,
    scale: wanted.scale,
  });
  const sharpen = graph.add('unsharp_2', 'unsharp_mask', { radius: 2, strength: 60 });
  const seed = graph.add('seed', 'integer');
  const noise = graph.add('noise', 'noise');
  const tiles = { fp32: true, tile_size: wanted.tileSize, tiled: true };
  const toLatents = graph.add('i2l', 'i2l', tiles);
  const output = graph.add('l2i', 'l2i', { ...tiles, is_intermediate: false, ...board });
  const denoise = graph.add('tiled_multidiffusion_denoise_latents', 'tiled_multi_diffusion_denoise_latents', {
    tile_height: wanted.tileSize,
    tile_width: wanted.tileSize,
    tile_overlap: wanted.tileOverlap,
    steps: wanted.steps,
    cfg_scale: wanted.cfgScale,
    scheduler: wanted.scheduler,
    denoising_start: ((wanted.creativity * -1 + 10) * 4.99) / 100,
    denoising_end: 1,
  });
  const compel = isXl ? 'sdxl_compel_prompt' : 'compel';
  const positiveCond = graph.add('pos_cond', compel);
  const negativeCond = graph.add('neg_cond', compel);
  const loader = isXl
    ? graph.add('sdxl_model_loader', 'sdxl_model_loader', { model: reference(wanted.model) })
    : graph.add('sd1_model_loader', 'main_model_loader', { model: reference(wanted.model) });
  let unet = loader;
  let clip = loader;
  if (!isXl) {
    clip = graph.add('clip_skip', 'clip_skip');
    graph.connect(loader, 'clip', clip, 'clip');
  }
  if (wanted.loras.length > 0) {
    const all = addLoras(graph, isXl ? 'sdxl_lora_collection_loader' : 'lora_collection_loader', wanted.loras);
    graph.connect(loader, 'unet', all, 'unet');
    graph.connect(clip, 'clip', all, 'clip');
    if (isXl) graph.connect(loader, 'clip2', all, 'clip2');
    unet = all;
    clip = all;
  }
  const metadata = graph.add('core_metadata', 'core_metadata', {
    ...(wanted.loras.length > 0 && {
      loras: wanted.loras.map(({ model, weight }) => ({ model: reference(model), weight })),
    }),
    cfg_scale: wanted.cfgScale,
    model: reference(wanted.model),
    steps: wanted.steps,
    scheduler: wanted.scheduler,
    upscale_model: reference(wanted.upscaler),
    creativity: wanted.creativity,
    structure: wanted.structure,
    tile_size: wanted.tileSize,
    tile_overlap: wanted.tileOverlap,
    upscale_initial_image: image,
    upscale_scale: wanted.scale,
  });

  graph.connect(enlarge, 'image', sharpen, 'image');
  graph.connect(seed, 'value', noise, 'seed');
  graph.connect(sharpen, 'width', noise, 'width');
  graph.connect(sharpen, 'height', noise, 'height');
  graph.connect(sharpen, 'image', toLatents, 'image');
  graph.connect(unet, 'unet', denoise, 'unet');
  for (const [cond, prompt] of [
    [positiveCond, positive],
    [negativeCond, negative],
  ] as const) {
    graph.connect(clip, 'clip', cond, 'clip');
    if (isXl) graph.connect(clip, 'clip2', cond, 'clip2');
    graph.connect(prompt, 'value', cond, 'prompt');
    if (isXl) graph.connect(prompt, 'value', cond, 'style');
  }
  graph.connect(positive, 'value', metadata, 'positive_prompt');
  graph.connect(negative, 'value', metadata, 'negative_prompt');
  graph.connect(metadata, 'metadata', output, 'metadata');
  graph.connect(enlarge, 'width', metadata, 'width');
  graph.connect(enlarge, 'height', metadata, 'height');
  graph.connect(seed, 'value', metadata, 'seed');
  graph.connect(loader, 'vae', toLatents, 'vae');
  graph.connect(loader, 'vae', output, 'vae');
  graph.connect(noise, 'noise', denoise, 'noise');
  graph.connect(toLatents, 'latents', denoise, 'latents');
  graph.connect(positiveCond, 'conditioning', denoise, 'positive_conditioning');
  graph.connect(negativeCond, 'conditioning', denoise, 'negative_conditioning');
  graph.connect(denoise, 'latents', output, 'latents');
  addStructure(graph, wanted, sharpen, denoise);

  return {
    prepend: false,
    batch: {
      graph: graph.finish('graph'),
      runs: 1,
      data: [
        [{ node_path: seed, field_name: 'value', items: [wanted.seed] }],
        [
          { node_path: positive, field_name: 'value', items: [wanted.prompt] },
          { node_path: negative, field_name: 'value', items: [wanted.negativePrompt] },
        ],
      ],
      origin: 'upscaling',
      destination: 'gallery',
    },
  };
}

/** Two ControlNets that hold the shapes: firmly at first, then loosely. */
function addStructure(graph: Graph, { tileControl, structure }: Upscaling, image: string, denoise: string) {
  const turn = (structure + 10) * 0.025 + 0.3;
  const phases = [
    { id: 'controlnet_1', weight: (structure + 10) * 0.0325 + 0.3, begin: 0, end: turn },
    { id: 'controlnet_2', weight: ((structure + 10) * 0.0325 + 0.15) * 0.45, begin: turn, end: 0.85 },
  ];
  const collector = graph.add('controlnet_collector', 'collect');
  for (const { id, weight, begin, end } of phases) {
    const node = graph.addAs(id, 'controlnet', {
      control_model: reference(tileControl),
      control_mode: 'balanced',
      resize_mode: 'just_resize',
      control_weight: weight,
      begin_step_percent: begin,
      end_step_percent: end,
    });
    graph.connect(image, 'image', node, 'image');
    graph.connect(node, 'control', collector, 'item');
  }
  graph.connect(collector, 'collection', denoise, 'control');
}

/** An enlargement by the upscaler alone, at the upscaler's own scale. */
export function buildEnlargement(image: PictureField, upscaler: Model, boardId: string | null, newId: () => string): EnqueueBody {
  const graph = new Graph(newId);
  const enlarge = graph.add('spandrel', 'spandrel_image_to_image', {
    image_to_image_model: reference(upscaler),
    image: { image_name: image.name, width: image.width, height: image.height },
    is_intermediate: false,
    ...(boardId !== null && { board: { board_id: boardId } }),
  });
  const metadata = graph.add('core_metadata', 'core_metadata', {
    upscale_model: reference(upscaler),
    upscale_initial_image: { image_name: image.name, width: image.width, height: image.height },
  });
  graph.connect(metadata, 'metadata', enlarge, 'metadata');
  return {
    prepend: true,
    batch: { graph: graph.finish('enlargement'), runs: 1, origin: 'upscaling', destination: 'gallery' },
  };
}
