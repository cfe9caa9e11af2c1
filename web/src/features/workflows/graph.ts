// From the drawn workflow to what is sent to the queue.
import type { EnqueueBody } from '@/api/queue';
import { randomId } from '@/graphs/random';
import { type Document, labelOf, type WorkflowEdge, type WorkflowNode, writeDocument } from './document';
import { BATCH_FIELDS, type InputTemplate, type NodeTemplate } from './templates';

export type Templates = ReadonlyMap<string, NodeTemplate>;

/** Why a workflow cannot run. */
export type Problem =
  | { kind: 'empty' }
  | { kind: 'unknownNode'; nodeId: string; node: string }
  | { kind: 'missingInput'; nodeId: string; node: string; field: string }
  | { kind: 'danglingEdge'; nodeId: string; node: string };

/** Everything that stands against running the workflow. */
export function problemsOf({ nodes, edges }: Pick<Document, 'nodes' | 'edges'>, templates: Templates): Problem[] {
  if (nodes.length === 0) return [{ kind: 'empty' }];
  const known = new Map(nodes.map((node) => [node.id, node]));
  const problems: Problem[] = [];
  for (const node of nodes) {
    const template = templates.get(node.data.type);
    const name = labelOf(node, template);
    if (template === undefined) {
      problems.push({ kind: 'unknownNode', nodeId: node.id, node: node.data.type });
      continue;
    }
    for (const field of Object.values(template.inputs)) {
      if (!field.required || edges.some((edge) => edge.target === node.id && edge.targetHandle === field.name)) continue;
      const value = node.data.inputs[field.name]?.value;
      if (field.input === 'connection' || !isGiven(field, value)) {
        problems.push({
          kind: 'missingInput',
          nodeId: node.id,
          node: name,
          field: node.data.inputs[field.name]?.label || field.title,
        });
      }
    }
  }
  for (const edge of edges) {
    const [source, target] = [known.get(edge.source), known.get(edge.target)];
    const from = source && templates.get(source.data.type);
    const to = target && templates.get(target.data.type);
    if (!source || !target)
      problems.push({ kind: 'danglingEdge', nodeId: edge.source, node: labelOfEnd(source ?? target, from ?? to) });
    else if (from && to && (!from.outputs[edge.sourceHandle] || !to.inputs[edge.targetHandle]))
      problems.push({ kind: 'danglingEdge', nodeId: target.id, node: labelOf(target, to) });
  }
  return problems;
}

function labelOfEnd(node: WorkflowNode | undefined, template: NodeTemplate | undefined): string {
  return node ? labelOf(node, template) : '';
}

/** An empty text is a value; no model and no picture is none. */
function isGiven(field: InputTemplate, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return !(Array.isArray(value) && value.length === 0 && field.type.cardinality === 'many');
}

/** The body that enqueues the workflow. Values of connected inputs are left out: the connection brings them. */
export function enqueueBody(document: Document, templates: Templates, runs: number): EnqueueBody {
  const isBatch = (node: WorkflowNode) => node.data.type in BATCH_FIELDS;
  const running = document.nodes.filter((node) => !isBatch(node));
  const ids = new Set(running.map((node) => node.id));
  const edges = document.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  const data = batchData(document, isBatch);
  return {
    prepend: false,
    batch: {
      graph: {
        id: randomId(),
        nodes: Object.fromEntries(running.map((node) => [node.id, graphNode(node, document.edges, templates)])),
        edges: edges.map((edge) => ({
          source: { node_id: edge.source, field: edge.sourceHandle },
          destination: { node_id: edge.target, field: edge.targetHandle },
        })),
      },
      workflow: writeDocument(document),
      origin: 'workflows',
      destination: 'gallery',
      runs,
      ...(data.length > 0 && { data }),
    },
  } as EnqueueBody;
}

function graphNode(node: WorkflowNode, edges: readonly WorkflowEdge[], templates: Templates): Record<string, unknown> {
  const template = templates.get(node.data.type);
  const connected = new Set(edges.filter((edge) => edge.target === node.id).map((edge) => edge.targetHandle));
  const values = Object.entries(node.data.inputs)
    .filter(([name]) => !connected.has(name) && (template === undefined || name in template.inputs))
    .map(([name, { value }]) => [name, name === 'board' && typeof value === 'string' ? undefined : value] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return {
    ...Object.fromEntries(values),
    type: node.data.type,
    id: node.id,
    use_cache: node.data.useCache,
    is_intermediate: node.data.isIntermediate,
  };
}

type BatchDatum = { node_path: string; field_name: string; items: unknown[] };

/** What batch nodes hand out. Those of one group advance together; all others are multiplied with one another. */
function batchData({ nodes, edges }: Document, isBatch: (node: WorkflowNode) => boolean): BatchDatum[][] {
  const groups = new Map<string, BatchDatum[]>();
  for (const node of nodes.filter(isBatch)) {
    const items = node.data.inputs[BATCH_FIELDS[node.data.type] ?? '']?.value;
    const given = node.data.inputs.batch_group_id?.value;
    const group = typeof given === 'string' && given !== 'None' ? given : node.id;
    const targets = edges
      .filter((edge) => edge.source === node.id)
      .map((edge) => ({ node_path: edge.target, field_name: edge.targetHandle, items: Array.isArray(items) ? items : [] }));
    if (targets.length > 0) groups.set(group, [...(groups.get(group) ?? []), ...targets]);
  }
  return [...groups.values()];
}
