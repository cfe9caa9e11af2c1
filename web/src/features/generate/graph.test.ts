import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toModel } from '@/api/models';
import type { EnqueueBody } from '@/api/queue';
import { MAX_SEED } from '@/api/rules';
import { buildTextToImage } from './graph';
import { INITIAL, type Settings } from './settings';

/** What InvokeAI's own page sent for this prompt, recorded from the wire. */
const recorded = (
  JSON.parse(readFileSync('../tests/fixtures/reference/graphs/generate-sd15-txt2img.json', 'utf8')) as { body: EnqueueBody }
).body;
const recordedNodes = Object.values(recorded.batch.graph.nodes ?? {});
const model = toModel(recordedNodes.find((node) => node.type === 'main_model_loader')?.model);
if (!model) throw new Error('the recording has no model');

const settings: Settings = {
  ...INITIAL,
  prompt: 'a red fox in the snow, highly detailed',
  width: 512,
  height: 512,
  steps: 8,
  cfgScale: 7.5,
  scheduler: 'dpmpp_3m_k',
  seed: 42,
};

/** Ids end in a part that differs from graph to graph; edges have no order. */
function comparable(body: EnqueueBody): unknown {
  const text = JSON.stringify(body).replaceAll(/"([a-z0-9_]+):[A-Za-z0-9_-]+"/g, '"$1"');
  const plain = JSON.parse(text) as EnqueueBody;
  const edges = (plain.batch.graph.edges ?? []).map((edge) => JSON.stringify([edge.source, edge.destination])).sort();
  return { ...plain, batch: { ...plain.batch, graph: { ...plain.batch.graph, edges } } };
}

function ids() {
  let next = 0;
  return () => `id${(next += 1)}`;
}

test('the request is the one that the official page sends', () => {
  expect(comparable(buildTextToImage(settings, model, ids()))).toEqual(comparable(recorded));
});

test('several pictures are one batch with seeds in a row', () => {
  const body = buildTextToImage({ ...settings, seed: MAX_SEED - 1, count: 4 }, model, ids());
  expect(body.batch.data?.[0]?.[0]?.items).toEqual([MAX_SEED - 1, MAX_SEED, 0, 1]);
  expect(body.batch.runs).toBe(1);
});

test('every edge joins two nodes of the graph', () => {
  const { nodes = {}, edges = [] } = buildTextToImage(settings, model, ids()).batch.graph;
  for (const { source, destination } of edges) {
    expect(nodes).toHaveProperty([source.node_id]);
    expect(nodes).toHaveProperty([destination.node_id]);
  }
});
