// Templates, connections and the graph that is sent, for nodes of the API's own document and the workflows that come with us.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { closesCircle, fits } from './connect';
import {
  createNode,
  type Document,
  emptyDocument,
  exposedOf,
  formParts,
  readDocument,
  toggleExposed,
  writeDocument,
} from './document';
import { enqueueBody, problemsOf } from './graph';
import { arrange } from './layout';
import { fieldType, readTemplates } from './templates';

const openapi: unknown = JSON.parse(readFileSync('../docs/openapi.json', 'utf8'));
const templates = readTemplates(openapi);

function template(type: string) {
  const found = templates.get(type);
  if (!found) throw new Error(`no node ${type}`);
  return found;
}

/** Two numbers added: the smallest workflow with a connection. */
function sums(): Document {
  const add = createNode(template('add'), 'first', { x: 0, y: 0 });
  const next = createNode(template('add'), 'second', { x: 0, y: 0 });
  add.data.inputs.a = { name: 'a', value: 1 };
  add.data.inputs.b = { name: 'b', value: 2 };
  return {
    ...emptyDocument(),
    name: 'Sums',
    nodes: [add, next],
    edges: [{ id: 'e', type: 'default', source: 'first', sourceHandle: 'value', target: 'second', targetHandle: 'a' }],
  };
}

test('every node of the server has a template with its inputs and outputs', () => {
  expect(templates.size).toBeGreaterThan(200);
  const denoise = template('denoise_latents');
  expect(denoise.inputs.unet).toMatchObject({
    input: 'connection',
    required: true,
    type: { name: 'UNetField', cardinality: 'one' },
  });
  expect(denoise.inputs.positive_conditioning?.type).toEqual({ name: 'ConditioningField', cardinality: 'either' });
  expect(denoise.inputs.cfg_scale?.type).toEqual({ name: 'FloatField', cardinality: 'either' });
  expect(denoise.inputs.scheduler).toMatchObject({ type: { name: 'SchedulerField' }, initial: 'euler' });
  expect(denoise.outputs.latents?.type).toEqual({ name: 'LatentsField', cardinality: 'one' });
  expect(template('main_model_loader').inputs.model?.modelTypes).toEqual(['main']);
  expect(template('compel').inputs.prompt?.multiline).toBe(true);
});

test('the workflows that come with the program lack nothing but what a person has to choose', () => {
  const folder = '../crates/library/default_workflows';
  for (const file of readdirSync(folder)) {
    const document = readDocument(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
    const kinds = document ? problemsOf(document, templates).map(({ kind }) => kind) : ['unreadable'];
    expect([file, ...new Set(kinds)]).toEqual([file, 'missingInput']);
    const fields = document ? exposedOf(document) : [];
    const unknown = fields.filter(({ nodeId, fieldName }) => {
      const node = document?.nodes.find(({ id }) => id === nodeId);
      return node === undefined || templates.get(node.data.type)?.inputs[fieldName] === undefined;
    });
    expect([file, unknown]).toEqual([file, []]);
  }
});

test('types of fields are read from their schemas', () => {
  expect(fieldType({ type: 'array', items: { type: 'integer' } })).toEqual({ name: 'IntegerField', cardinality: 'many' });
  expect(fieldType({ anyOf: [{ type: 'string' }, { type: 'null' }] })).toEqual({ name: 'StringField', cardinality: 'one' });
  expect(fieldType({ type: 'string', enum: ['a', 'b'] })).toEqual({ name: 'EnumField', cardinality: 'one' });
});

test('outputs fit into inputs of their type, whole numbers into fractions, and anything into lists of its kind', () => {
  const type = (name: string, cardinality: 'one' | 'many' | 'either' = 'one') => ({ name, cardinality });
  expect(fits(type('LatentsField'), type('LatentsField'))).toBe(true);
  expect(fits(type('LatentsField'), type('ImageField'))).toBe(false);
  expect(fits(type('IntegerField'), type('FloatField'))).toBe(true);
  expect(fits(type('FloatField'), type('IntegerField'))).toBe(false);
  expect(fits(type('ConditioningField', 'many'), type('ConditioningField', 'either'))).toBe(true);
  expect(fits(type('ImageField', 'many'), type('ImageField'))).toBe(false);
  expect(fits(type('ImageField'), type('CollectionItemField'))).toBe(true);
  expect(fits(type('CollectionField', 'many'), type('ImageField', 'many'))).toBe(true);
  expect(fits(type('ImageField'), type('CollectionField', 'many'))).toBe(false);
});

test('a connection may not close a circle', () => {
  const edges = [
    { source: 'a', target: 'b' },
    { source: 'b', target: 'c' },
  ];
  expect(closesCircle(edges, 'c', 'a')).toBe(true);
  expect(closesCircle(edges, 'a', 'c')).toBe(false);
  expect(closesCircle([], 'a', 'a')).toBe(true);
});

test('values of connected inputs are left to the connection', () => {
  const { batch } = enqueueBody(sums(), templates, 3);
  const nodes: Record<string, unknown> = batch.graph.nodes ?? {};
  expect(nodes.first).toEqual({ id: 'first', type: 'add', a: 1, b: 2, use_cache: true, is_intermediate: true });
  expect(nodes.second).toEqual({ id: 'second', type: 'add', b: 0, use_cache: true, is_intermediate: true });
  expect(batch.graph.edges).toEqual([
    { source: { node_id: 'first', field: 'value' }, destination: { node_id: 'second', field: 'a' } },
  ]);
  expect(batch).toMatchObject({ runs: 3, origin: 'workflows', destination: 'gallery' });
});

test('what stands against running is named before anything is sent', () => {
  expect(problemsOf(emptyDocument(), templates)).toEqual([{ kind: 'empty' }]);
  expect(problemsOf(sums(), templates)).toEqual([]);
  const lonely = { ...emptyDocument(), nodes: [createNode(template('main_model_loader'), 'm', { x: 0, y: 0 })] };
  expect(problemsOf(lonely, templates)).toMatchObject([{ kind: 'missingInput', nodeId: 'm', field: 'Model' }]);
  const unknown = sums();
  const [first] = unknown.nodes;
  if (first) first.data.type = 'from_elsewhere';
  expect(problemsOf(unknown, templates)).toContainEqual({ kind: 'unknownNode', nodeId: 'first', node: 'from_elsewhere' });
});

test('values of batch nodes become runs; those of one group advance together', () => {
  const batch = (id: string, type: string, field: string, items: unknown[], group: string) => {
    const node = createNode(template(type), id, { x: 0, y: 0 });
    node.data.inputs[field] = { name: field, value: items };
    node.data.inputs.batch_group_id = { name: 'batch_group_id', value: group };
    return node;
  };
  const edge = (source: string, target: string, field: string) => ({
    id: `${source}-${target}`,
    type: 'default',
    source,
    sourceHandle: 'value',
    target,
    targetHandle: field,
  });
  const document = {
    ...sums(),
    nodes: [
      ...sums().nodes,
      batch('x', 'integer_batch', 'integers', [1, 2], 'Group 1'),
      batch('y', 'integer_batch', 'integers', [3, 4], 'Group 1'),
      batch('z', 'integer_batch', 'integers', [5], 'None'),
    ],
    edges: [edge('x', 'first', 'a'), edge('y', 'first', 'b'), edge('z', 'second', 'b')],
  };
  const body = enqueueBody(document, templates, 1);
  expect(Object.keys(body.batch.graph.nodes ?? {})).toEqual(['first', 'second']);
  expect(body.batch.data).toEqual([
    [
      { node_path: 'first', field_name: 'a', items: [1, 2] },
      { node_path: 'first', field_name: 'b', items: [3, 4] },
    ],
    [{ node_path: 'second', field_name: 'b', items: [5] }],
  ]);
});

test('a workflow is read and written without losing what this editor does not know', () => {
  const written = {
    ...writeDocument(sums()),
    nodes: [...writeDocument(sums()).nodes, { id: 'n', type: 'notes', position: { x: 1, y: 2 }, data: { notes: 'hi' } }],
  };
  const read = readDocument(JSON.parse(JSON.stringify(written)));
  expect(read && writeDocument(read)).toEqual(written);
  expect(readDocument({ name: 'no workflow' })).toBeNull();
  expect(readDocument(null)).toBeNull();
});

test('fields are put on the form and taken off it', () => {
  const field = { nodeId: 'first', fieldName: 'a' };
  const exposed = { ...sums(), ...toggleExposed(sums(), field) };
  expect(exposedOf(exposed)).toEqual([field]);
  expect(formParts(exposed)).toMatchObject([{ kind: 'field', field }]);
  const second = { ...exposed, ...toggleExposed(exposed, { nodeId: 'second', fieldName: 'b' }) };
  expect(exposedOf(second)).toHaveLength(2);
  const hidden = { ...second, ...toggleExposed(second, field) };
  expect(exposedOf(hidden)).toEqual([{ nodeId: 'second', fieldName: 'b' }]);
});

test('arranged nodes flow from left to right', () => {
  const document = sums();
  const places = arrange(document.nodes, document.edges, () => ({ width: 200, height: 100 }));
  expect(places.get('first')).toEqual({ x: 0, y: 0 });
  expect(places.get('second')?.x).toBeGreaterThan(200);
});
