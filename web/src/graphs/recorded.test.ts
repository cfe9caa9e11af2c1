// The requests are those that InvokeAI's own page sends for the same settings, recorded from the wire.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Model, toModel } from '@/api/models';
import type { EnqueueBody } from '@/api/queue';
import { buildGeneration, type Generation } from './generation';
import type { Node } from './Graph';
import { buildEnlargement, buildUpscaling, type Upscaling } from './upscaling';

function recording(name: string): { body: EnqueueBody; nodes: Node[]; one: (type: string) => Node } {
  const text = readFileSync(`../tests/fixtures/reference/graphs/${name}.json`, 'utf8');
  const { body } = JSON.parse(text) as { body: EnqueueBody };
  const nodes = Object.values(body.batch.graph.nodes ?? {}) as Node[];
  const one = (type: string) => {
    const node = nodes.find((candidate) => candidate.type === type);
    if (!node) throw new Error(`${name} has no ${type}`);
    return node;
  };
  return { body, nodes, one };
}

function model(record: unknown): Model {
  const read = toModel(record);
  if (!read) throw new Error('the recording has no model there');
  return read;
}

/** Ids end in a part that differs from graph to graph; edges have no order; numbers are equal to rounding. */
function comparable(body: EnqueueBody, left: readonly string[] = []) {
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(9)) : value,
  )
    .replaceAll(/"([a-zA-Z0-9_]+):[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?"/g, '"$1"')
    .replaceAll(/"graph_[0-9a-f-]{36}"/g, '"graph"');
  const plain = JSON.parse(text) as EnqueueBody;
  const edges = (plain.batch.graph.edges ?? []).map((edge) => JSON.stringify([edge.source, edge.destination])).sort();
  const nodes = Object.fromEntries(
    Object.entries(plain.batch.graph.nodes ?? {}).map(([id, node]) => [
      id,
      Object.fromEntries(Object.entries(node).filter(([field]) => !left.includes(`${node.type}.${field}`))),
    ]),
  );
  return { ...plain, batch: { ...plain.batch, graph: { ...plain.batch.graph, nodes, edges } } };
}

function ids() {
  let next = 0;
  return () => `id${(next += 1)}`;
}

const common: Omit<Generation, 'model'> = {
  vae: null,
  loras: [],
  prompts: ['a red fox in the snow'],
  negativePrompt: '',
  seeds: [42],
  width: 256,
  height: 256,
  steps: 4,
  cfgScale: 7.5,
  cfgRescale: 0,
  scheduler: 'euler',
  clipSkip: 0,
  seamlessX: false,
  seamlessY: false,
  vaeFp32: true,
  initial: null,
  references: [],
  controls: [],
  boardId: null,
  prepend: false,
};

function check(name: string, change: (recorded: ReturnType<typeof recording>) => Partial<Generation>, left: string[] = []) {
  const recorded = recording(name);
  const loader = recorded.nodes.find(({ type }) => type === 'main_model_loader' || type === 'sdxl_model_loader');
  const body = buildGeneration({ ...common, model: model(loader?.model), ...change(recorded) }, ids());
  expect(comparable(body, left)).toEqual(comparable(recorded.body, left));
}

test('text to image with Stable Diffusion 1.5', () => {
  check('generate-sd15-txt2img', () => ({
    prompts: ['a red fox in the snow, highly detailed'],
    width: 512,
    height: 512,
    steps: 8,
    scheduler: 'dpmpp_3m_k',
  }));
});

test('a LoRA, CLIP skip, seamless tiling, CFG rescale and a negative prompt', () => {
  check('generate-sd15-negative-lora', ({ one }) => ({
    loras: [{ model: model(one('lora_selector').lora), weight: 0.75 }],
    negativePrompt: 'blurry, low quality',
    cfgRescale: 0.3,
    clipSkip: 1,
    seamlessX: true,
    scheduler: 'dpmpp_2m_k',
  }));
});

test('a VAE of its own', () => {
  check('generate-sd15-checkpoint-vae', ({ one }) => ({ vae: model(one('vae_loader').vae_model), scheduler: 'unipc' }));
});

test('a reference image', () => {
  check('generate-sd15-ip-adapter', ({ one }) => {
    const adapter = one('ip_adapter');
    return {
      references: [
        {
          id: 'reference_image:t1',
          model: model(adapter.ip_adapter_model),
          image: { name: (adapter.image as { image_name: string }).image_name, width: 256, height: 256 },
          weight: 1,
          begin: 0,
          end: 1,
          method: 'full',
          clipVision: 'ViT-H',
        },
      ],
    };
  });
});

test('several prompts and seeds', () => {
  check('generate-sd15-batch-dynamic-prompts', () => ({
    prompts: ['a red fox', 'a blue fox'],
    seeds: [42, 43],
    steps: 2,
  }));
});

test('text to image with Stable Diffusion XL', () => {
  check('generate-sdxl-txt2img', () => ({ negativePrompt: 'blurry' }));
});

test('a LoRA with Stable Diffusion XL', () => {
  check('generate-sdxl-lora', ({ one }) => ({ loras: [{ model: model(one('lora_selector').lora), weight: 0.75 }] }));
});

/** What a canvas writes down about its layers, and where it shows its results, is the canvas's own. */
const CANVAS_ONLY = [
  ...['regions', 'canvas_v2_metadata', 'controlnets', 't2iAdapters', 'width', 'height', 'strength', 'init_image'].map(
    (field) => `core_metadata.${field}`,
  ),
  'l2i.is_intermediate',
];

function checkCanvas(name: string, change: (recorded: ReturnType<typeof recording>) => Partial<Generation>) {
  const recorded = recording(name);
  const loader = recorded.nodes.find(({ type }) => type === 'main_model_loader' || type === 'sdxl_model_loader');
  const body = buildGeneration({ ...common, model: model(loader?.model), ...change(recorded) }, ids());
  expect(comparable(body, CANVAS_ONLY).batch.graph).toEqual(comparable(recorded.body, CANVAS_ONLY).batch.graph);
}

const imageOf = (node: Node) => ({ name: (node.image as { image_name: string }).image_name, width: 256, height: 256 });

test.each(['canvas-sd15-img2img', 'canvas-sdxl-img2img'])('image to image: %s', (name) => {
  checkCanvas(name, ({ one }) => ({ initial: { image: imageOf(one('i2l')), strength: 0.75 } }));
});

test('a picture to start from that has another size is made to fit', () => {
  const { one } = recording('generate-sd15-txt2img');
  const body = buildGeneration(
    {
      ...common,
      model: model(one('main_model_loader').model),
      initial: { image: { name: 'a.png', width: 100, height: 80 }, strength: 0.5 },
    },
    ids(),
  );
  const resize = Object.values(body.batch.graph.nodes ?? {}).find((node) => node.type === 'img_resize');
  expect(resize).toMatchObject({ image: { image_name: 'a.png' }, width: 256, height: 256 });
});

test('a ControlNet', () => {
  checkCanvas('canvas-sd15-controlnet', ({ one }) => {
    const node = one('controlnet');
    return {
      controls: [
        {
          id: 'control_layer:t1',
          model: model(node.control_model),
          image: imageOf(node),
          preprocessor: 'none',
          weight: 0.75,
          begin: 0,
          end: 0.75,
          mode: 'balanced',
        },
      ],
    };
  });
});

test('a T2I-Adapter', () => {
  checkCanvas('canvas-sd15-t2i-adapter', ({ one }) => {
    const node = one('t2i_adapter');
    return {
      controls: [
        {
          id: 'control_layer:t1',
          model: model(node.t2i_adapter_model),
          image: imageOf(node),
          preprocessor: 'none',
          weight: 0.8,
          begin: 0,
          end: 1,
          mode: 'balanced',
        },
      ],
    };
  });
});

const upscaling = (recorded: ReturnType<typeof recording>): Upscaling => {
  const enlarge = recorded.one('spandrel_image_to_image_autoscale');
  const image = enlarge.image as { image_name: string; width: number; height: number };
  return {
    image: { name: image.image_name, width: image.width, height: image.height },
    upscaler: model(enlarge.image_to_image_model),
    scale: 2,
    model: model(recorded.one('main_model_loader').model),
    tileControl: model(recorded.one('controlnet').control_model),
    loras: [],
    creativity: 0,
    structure: 0,
    tileSize: 512,
    tileOverlap: 32,
    prompt: 'a red fox in the snow',
    negativePrompt: '',
    seed: 42,
    steps: 4,
    cfgScale: 2,
    scheduler: 'kdpm_2',
    boardId: null,
  };
};

test('an upscaled picture', () => {
  const recorded = recording('upscale-sd15');
  expect(comparable(buildUpscaling(upscaling(recorded), ids()))).toEqual(comparable(recorded.body));
});

test('an upscaled picture with a LoRA, more creative and closer to its shapes', () => {
  const recorded = recording('upscale-sd15-lora-x4');
  const loras = [{ model: model(recorded.one('lora_selector').lora), weight: 0.5 }];
  const body = buildUpscaling({ ...upscaling(recorded), scale: 4, loras, creativity: 2, structure: 4 }, ids());
  expect(comparable(body)).toEqual(comparable(recorded.body));
});

test('a picture enlarged by the upscaler alone', () => {
  const recorded = recording('viewer-postprocess-upscale');
  const upscaler = model(recorded.one('spandrel_image_to_image').image_to_image_model);
  const made = Object.values(
    buildEnlargement({ name: 'a.png', width: 8, height: 8 }, upscaler, null, ids()).batch.graph.nodes ?? {},
  );
  expect(made.map(({ type }) => type)).toEqual(recorded.nodes.map(({ type }) => type));
  expect(made[0]).toMatchObject({ image_to_image_model: recorded.one('spandrel_image_to_image').image_to_image_model });
});
