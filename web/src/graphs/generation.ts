// The graphs of the Generate tab for Stable Diffusion 1.x and XL: the same nodes, edges, metadata and batch data that
// InvokeAI's own page sends for the same settings, so that either page can recall the other's pictures.
import type { Model } from '@/api/models';
import type { EnqueueBody } from '@/api/queue';
import { Graph, reference } from './Graph';

export type PictureField = { name: string; width: number; height: number };

export type Lora = { model: Model; weight: number };

export const IP_METHODS = ['full', 'style', 'composition', 'style_strong', 'style_precise'] as const;
export type IpMethod = (typeof IP_METHODS)[number];
export const CLIP_VISION = ['ViT-H', 'ViT-G', 'ViT-L'] as const;
export type ClipVision = (typeof CLIP_VISION)[number];

/** A picture that the result should resemble. */
export type Reference = {
  id: string;
  model: Model;
  image: PictureField;
  weight: number;
  begin: number;
  end: number;
  method: IpMethod;
  clipVision: ClipVision;
};

export const CONTROL_MODES = ['balanced', 'more_prompt', 'more_control', 'unbalanced'] as const;
export type ControlMode = (typeof CONTROL_MODES)[number];
/** The nodes that make a control picture of any picture, as far as the engine has them. */
export const PREPROCESSORS = ['none', 'canny_edge_detection', 'content_shuffle', 'color_map'] as const;
export type Preprocessor = (typeof PREPROCESSORS)[number];

/** A picture whose shapes the result should follow. */
export type Control = {
  id: string;
  model: Model;
  image: PictureField;
  preprocessor: Preprocessor;
  weight: number;
  begin: number;
  end: number;
  mode: ControlMode;
};

export type Generation = {
  model: Model;
  vae: Model | null;
  loras: readonly Lora[];
  /** One item of the batch for every pair of prompt and seed. */
  prompts: readonly string[];
  negativePrompt: string;
  seeds: readonly number[];
  width: number;
  height: number;
  steps: number;
  cfgScale: number;
  cfgRescale: number;
  scheduler: string;
  clipSkip: number;
  seamlessX: boolean;
  seamlessY: boolean;
  /** Whether the VAE computes in full precision. */
  vaeFp32: boolean;
  /** A picture to start from, and how much of it to change: from 0 to 1. */
  initial: { image: PictureField; strength: number } | null;
  references: readonly Reference[];
  controls: readonly Control[];
  /** The board the pictures go to. */
  boardId: string | null;
  prepend: boolean;
};

type Bases = 'sd-1' | 'sdxl';

/** The bases this page can build graphs for. */
export function isSupported(model: Model): boolean {
  return model.type === 'main' && (model.base === 'sd-1' || model.base === 'sdxl');
}

/** The request that enqueues one item per prompt and seed. */
export function buildGeneration(wanted: Generation, newId: () => string): EnqueueBody {
  const graph = new Graph(newId);
  const base: Bases = wanted.model.base === 'sdxl' ? 'sdxl' : 'sd-1';
  const { width, height, steps, scheduler, cfgScale, initial } = wanted;

  const seed = graph.add('seed', 'integer');
  const positive = graph.add('positive_prompt', 'string');
  const negative = graph.add('negative_prompt', 'string');
  const loader = addLoader(graph, base, wanted);
  const conditioning = addConditioning(graph, base, positive, negative);
  const noise = graph.add('noise', 'noise', { use_cpu: true, width, height });
  const sampling = {
    cfg_scale: cfgScale,
    cfg_rescale_multiplier: wanted.cfgRescale,
    hidiffusion: false,
    hidiffusion_raunet: true,
    hidiffusion_window_attn: true,
    scheduler,
    steps,
  };
  const denoise = graph.add('denoise_latents', 'denoise_latents', {
    ...sampling,
    denoising_start: initial === null ? 0 : 1 - initial.strength,
    denoising_end: 1,
  });
  const mode = initial === null ? 'txt2img' : 'img2img';
  const metadata = graph.add('core_metadata', 'core_metadata', {
    ...sampling,
    hidiffusion_t1_ratio: 0.4,
    hidiffusion_t2_ratio: 0,
    model: reference(wanted.model),
    rand_device: 'cpu',
    ...(base === 'sd-1' && { clip_skip: wanted.clipSkip }),
    seamless_x: wanted.seamlessX,
    seamless_y: wanted.seamlessY,
    width,
    height,
    generation_mode: base === 'sd-1' ? mode : `sdxl_${mode}`,
    ref_images: wanted.references.map(referenceMetadata),
    ...(wanted.vae && { vae: reference(wanted.vae) }),
    ...(wanted.loras.length > 0 && {
      loras: wanted.loras.map(({ model, weight }) => ({ model: reference(model), weight })),
    }),
    ...(initial && { strength: initial.strength, init_image: initial.image.name }),
    ...controlMetadata(wanted.controls),
  });
  const output = graph.add('canvas_output', 'l2i', {
    fp32: wanted.vaeFp32,
    is_intermediate: false,
    use_cache: false,
    ...(wanted.boardId !== null && { board: { board_id: wanted.boardId } }),
  });

  graph.connect(loader.unet.node, loader.unet.field, denoise, 'unet');
  for (const prompt of [conditioning.positive, conditioning.negative]) {
    graph.connect(loader.clip.node, loader.clip.field, prompt, 'clip');
    if (loader.clip2) graph.connect(loader.clip2.node, loader.clip2.field, prompt, 'clip2');
  }
  graph.connect(conditioning.allPositive, 'collection', denoise, 'positive_conditioning');
  graph.connect(conditioning.allNegative, 'collection', denoise, 'negative_conditioning');
  graph.connect(seed, 'value', noise, 'seed');
  graph.connect(noise, 'noise', denoise, 'noise');
  graph.connect(denoise, 'latents', output, 'latents');
  graph.connect(seed, 'value', metadata, 'seed');
  graph.connect(positive, 'value', metadata, 'positive_prompt');
  graph.connect(negative, 'value', metadata, 'negative_prompt');
  graph.connect(loader.vae.node, loader.vae.field, output, 'vae');
  if (initial) addInitial(graph, base, wanted, loader.vae, denoise, initial.image);
  addReferences(graph, wanted.references, denoise);
  addControls(graph, wanted.controls, denoise);
  graph.connect(metadata, 'metadata', output, 'metadata');

  return {
    prepend: wanted.prepend,
    batch: {
      graph: graph.finish(base === 'sd-1' ? 'sd1_graph' : 'sdxl_graph'),
      runs: 1,
      data: [
        [{ node_path: seed, field_name: 'value', items: [...wanted.seeds] }],
        [
          { node_path: positive, field_name: 'value', items: [...wanted.prompts] },
          { node_path: negative, field_name: 'value', items: wanted.prompts.map(() => wanted.negativePrompt) },
        ],
      ],
      origin: 'generate',
      destination: 'generate',
    },
  };
}

type Output = { node: string; field: string };
type Loaded = { unet: Output; clip: Output; clip2: Output | null; vae: Output };

/** The model and what changes it before it is used: CLIP skip, seamless tiling, LoRAs, another VAE. */
function addLoader(graph: Graph, base: Bases, wanted: Generation): Loaded {
  const isXl = base === 'sdxl';
  const loader = isXl
    ? graph.add('sdxl_model_loader', 'sdxl_model_loader', { model: wanted.model.record })
    : graph.add('sd1_model_loader', 'main_model_loader', { model: wanted.model.record });
  let unet = { node: loader, field: 'unet' };
  let vae = { node: loader, field: 'vae' };
  let clip = { node: loader, field: 'clip' };
  let clip2 = isXl ? { node: loader, field: 'clip2' } : null;
  if (!isXl) {
    const skip = graph.add('clip_skip', 'clip_skip', { skipped_layers: wanted.clipSkip });
    graph.connect(loader, 'clip', skip, 'clip');
    clip = { node: skip, field: 'clip' };
  }
  if (wanted.vae) vae = { node: graph.add('vae', 'vae_loader', { vae_model: reference(wanted.vae) }), field: 'vae' };
  if (wanted.seamlessX || wanted.seamlessY) {
    const seamless = graph.add('seamless', 'seamless', { seamless_x: wanted.seamlessX, seamless_y: wanted.seamlessY });
    graph.connect(unet.node, unet.field, seamless, 'unet');
    graph.connect(vae.node, vae.field, seamless, 'vae');
    unet = { node: seamless, field: 'unet' };
    vae = { node: seamless, field: 'vae' };
  }
  if (wanted.loras.length > 0) {
    const kind = isXl ? 'sdxl_lora_collection_loader' : 'lora_collection_loader';
    const all = addLoras(graph, kind, wanted.loras);
    graph.connect(unet.node, unet.field, all, 'unet');
    graph.connect(clip.node, clip.field, all, 'clip');
    if (clip2) graph.connect(clip2.node, clip2.field, all, 'clip2');
    unet = { node: all, field: 'unet' };
    clip = { node: all, field: 'clip' };
    if (clip2) clip2 = { node: all, field: 'clip2' };
  }
  return { unet, clip, clip2, vae };
}

/** The node that applies all LoRAs; its id. */
export function addLoras(graph: Graph, kind: string, loras: readonly Lora[]): string {
  const collector = graph.add('lora_collector', 'collect');
  const loader = graph.add(kind, kind);
  graph.connect(collector, 'collection', loader, 'loras');
  for (const { model, weight } of loras) {
    const selector = graph.add('lora_selector', 'lora_selector', { lora: reference(model), weight });
    graph.connect(selector, 'lora', collector, 'item');
  }
  return loader;
}

function addConditioning(graph: Graph, base: Bases, positivePrompt: string, negativePrompt: string) {
  const side = (name: string, prompt: string) => {
    const one = graph.add(`${name}_cond`, base === 'sdxl' ? 'sdxl_compel_prompt' : 'compel');
    const all = graph.add(`${name}_cond_collect`, 'collect');
    graph.connect(prompt, 'value', one, 'prompt');
    if (base === 'sdxl') graph.connect(prompt, 'value', one, 'style');
    graph.connect(one, 'conditioning', all, 'item');
    return { one, all };
  };
  const positive = side('pos', positivePrompt);
  const negative = side('neg', negativePrompt);
  return { positive: positive.one, negative: negative.one, allPositive: positive.all, allNegative: negative.all };
}

/** Starts from a picture instead of noise alone; one of another size is made to fit first. */
function addInitial(graph: Graph, base: Bases, wanted: Generation, vae: Output, denoise: string, image: PictureField) {
  const fits = image.width === wanted.width && image.height === wanted.height;
  const toLatents = graph.add('i2l', 'i2l', {
    fp32: wanted.vaeFp32,
    ...(base === 'sdxl' && { color_compensation: 'None' }),
    ...(fits && { image: { image_name: image.name } }),
  });
  if (!fits) {
    const resize = graph.add('initial_image_resize', 'img_resize', {
      image: { image_name: image.name },
      width: wanted.width,
      height: wanted.height,
    });
    graph.connect(resize, 'image', toLatents, 'image');
  }
  graph.connect(vae.node, vae.field, toLatents, 'vae');
  graph.connect(toLatents, 'latents', denoise, 'latents');
}

function addReferences(graph: Graph, references: readonly Reference[], denoise: string) {
  if (references.length === 0) return;
  const collector = graph.add('ip_adapter_collector', 'collect');
  for (const { id, model, image, weight, begin, end, method, clipVision } of references) {
    const node = graph.addAs(`ip_adapter_${id}`, 'ip_adapter', {
      weight,
      method,
      ip_adapter_model: reference(model),
      clip_vision_model: clipVision,
      begin_step_percent: begin,
      end_step_percent: end,
      image: { image_name: image.name },
    });
    graph.connect(node, 'ip_adapter', collector, 'item');
  }
  graph.connect(collector, 'collection', denoise, 'ip_adapter');
}

function referenceMetadata({ id, model, image, weight, begin, end, method, clipVision }: Reference) {
  return {
    id,
    isEnabled: true,
    config: {
      type: 'ip_adapter',
      image: { original: { image: { image_name: image.name, width: image.width, height: image.height } } },
      model: reference(model),
      weight,
      beginEndStepPct: [begin, end],
      method,
      clipVisionModel: clipVision,
    },
  };
}

function addControls(graph: Graph, controls: readonly Control[], denoise: string) {
  const nets = controls.filter(({ model }) => model.type === 'controlnet');
  const adapters = controls.filter(({ model }) => model.type === 't2i_adapter');
  const feed = (node: string, { image, preprocessor }: Control) => {
    if (preprocessor === 'none') return;
    const made = graph.add(preprocessor, preprocessor, { image: { image_name: image.name } });
    graph.connect(made, 'image', node, 'image');
  };
  const picture = ({ image, preprocessor }: Control) => preprocessor === 'none' && { image: { image_name: image.name } };
  if (nets.length > 0) {
    const collector = graph.add('control_net_collector', 'collect');
    for (const control of nets) {
      const node = graph.addAs(`control_net_${control.id}`, 'controlnet', {
        begin_step_percent: control.begin,
        end_step_percent: control.end,
        control_mode: control.mode,
        resize_mode: 'just_resize',
        control_model: reference(control.model),
        control_weight: control.weight,
        ...picture(control),
      });
      feed(node, control);
      graph.connect(node, 'control', collector, 'item');
    }
    graph.connect(collector, 'collection', denoise, 'control');
  }
  if (adapters.length > 0) {
    const collector = graph.add('t2i_adapter_collector', 'collect');
    for (const control of adapters) {
      const node = graph.addAs(`t2i_adapter_${control.id}`, 't2i_adapter', {
        begin_step_percent: control.begin,
        end_step_percent: control.end,
        resize_mode: 'just_resize',
        t2i_adapter_model: reference(control.model),
        weight: control.weight,
        ...picture(control),
      });
      feed(node, control);
      graph.connect(node, 't2i_adapter', collector, 'item');
    }
    graph.connect(collector, 'collection', denoise, 't2i_adapter');
  }
}

/** Under the names that `core_metadata` has for adapters outside of a canvas. */
function controlMetadata(controls: readonly Control[]): Record<string, unknown> {
  const common = ({ image, begin, end }: Control) => ({
    image: { image_name: image.name },
    begin_step_percent: begin,
    end_step_percent: end,
    resize_mode: 'just_resize',
  });
  const nets = controls.filter(({ model }) => model.type === 'controlnet');
  const adapters = controls.filter(({ model }) => model.type === 't2i_adapter');
  return {
    ...(nets.length > 0 && {
      controlnets: nets.map((control) => ({
        ...common(control),
        control_model: reference(control.model),
        control_weight: control.weight,
        control_mode: control.mode,
      })),
    }),
    ...(adapters.length > 0 && {
      t2iAdapters: adapters.map((control) => ({
        ...common(control),
        t2i_adapter_model: reference(control.model),
        weight: control.weight,
      })),
    }),
  };
}
