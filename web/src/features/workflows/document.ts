// A workflow as it is kept and exchanged: the reference's format, which is also what the node editor's library draws.
import type { WorkflowBody } from '@/api/workflows';
import type { NodeTemplate } from './templates';

export type FieldInstance = { name: string; label?: string; description?: string; value?: unknown };

export type NodeData = {
  id: string;
  type: string;
  version: string;
  label: string;
  notes: string;
  isOpen: boolean;
  isIntermediate: boolean;
  useCache: boolean;
  nodePack: string;
  inputs: Record<string, FieldInstance>;
  [key: string]: unknown;
};

export type WorkflowNode = { id: string; type: 'invocation'; position: { x: number; y: number }; data: NodeData };
/** Notes and other things without a part in the run; kept as they are. */
export type OtherNode = { id: string; type: string; position: { x: number; y: number }; data: Record<string, unknown> };

export type WorkflowEdge = {
  id: string;
  type: string;
  source: string;
  sourceHandle: string;
  target: string;
  targetHandle: string;
};

export type FieldIdentifier = { nodeId: string; fieldName: string };

export type Document = {
  name: string;
  author: string;
  description: string;
  version: string;
  contact: string;
  tags: string;
  notes: string;
  exposedFields: FieldIdentifier[];
  category: 'user' | 'default';
  nodes: WorkflowNode[];
  others: OtherNode[];
  edges: WorkflowEdge[];
  /** Edges that only draw collapsed nodes together, and whatever else is not understood. */
  otherEdges: unknown[];
  form: Record<string, unknown> | null;
};

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function emptyDocument(): Document {
  return {
    name: '',
    author: '',
    description: '',
    version: '1.0.0',
    contact: '',
    tags: '',
    notes: '',
    exposedFields: [],
    category: 'user',
    nodes: [],
    others: [],
    edges: [],
    otherEdges: [],
    form: null,
  };
}

/** Reads a workflow; `null` for something that is none. What is not understood is kept where it can be. */
export function readDocument(value: unknown): Document | null {
  if (!isObject(value) || !Array.isArray(value.nodes) || !Array.isArray(value.edges)) return null;
  const nodes: WorkflowNode[] = [];
  const others: OtherNode[] = [];
  for (const node of value.nodes as unknown[]) {
    if (!isObject(node) || !isObject(node.data) || typeof node.id !== 'string') continue;
    const place = isObject(node.position) ? node.position : {};
    const position = { x: Number(place.x) || 0, y: Number(place.y) || 0 };
    const { data } = node;
    if (node.type !== 'invocation') {
      others.push({ id: node.id, type: text(node.type), position, data });
      continue;
    }
    nodes.push({
      id: node.id,
      type: 'invocation',
      position,
      data: {
        ...data,
        id: node.id,
        type: text(data.type),
        version: text(data.version),
        label: text(data.label),
        notes: text(data.notes),
        isOpen: data.isOpen !== false,
        isIntermediate: data.isIntermediate !== false,
        useCache: data.useCache !== false,
        nodePack: text(data.nodePack) || 'invokeai',
        inputs: readInputs(data.inputs),
      },
    });
  }
  const edges: WorkflowEdge[] = [];
  const otherEdges: unknown[] = [];
  for (const edge of value.edges as unknown[]) {
    if (
      isObject(edge) &&
      edge.type !== 'collapsed' &&
      typeof edge.sourceHandle === 'string' &&
      typeof edge.targetHandle === 'string'
    ) {
      edges.push({
        id: text(edge.id) || `${text(edge.source)}.${edge.sourceHandle}-${text(edge.target)}.${edge.targetHandle}`,
        type: 'default',
        source: text(edge.source),
        sourceHandle: edge.sourceHandle,
        target: text(edge.target),
        targetHandle: edge.targetHandle,
      });
    } else otherEdges.push(edge);
  }
  const meta = isObject(value.meta) ? value.meta : {};
  return {
    name: text(value.name),
    author: text(value.author),
    description: text(value.description),
    version: text(value.version),
    contact: text(value.contact),
    tags: text(value.tags),
    notes: text(value.notes),
    exposedFields: readExposed(value.exposedFields),
    category: meta.category === 'default' ? 'default' : 'user',
    nodes,
    others,
    edges,
    otherEdges,
    form: isObject(value.form) ? value.form : null,
  };
}

function readInputs(value: unknown): Record<string, FieldInstance> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter((entry): entry is [string, Json] => isObject(entry[1]))
      .map(([name, field]) => [name, { ...field, name: text(field.name) || name }]),
  );
}

function readExposed(value: unknown): FieldIdentifier[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((field) => ({ nodeId: text(field.nodeId), fieldName: text(field.fieldName) }));
}

/** The workflow as it is kept: what one saves is one's own, even when it began as one of the program's. */
export function writeDocument(document: Document): WorkflowBody {
  const { nodes, others, edges, otherEdges, category: _, ...rest } = document;
  return {
    ...rest,
    meta: { version: '3.0.0', category: 'user' },
    nodes: [...nodes, ...others],
    edges: [...edges, ...otherEdges.filter(isObject)],
  };
}

/** A new node with the values its template starts with. */
export function createNode(template: NodeTemplate, id: string, position: { x: number; y: number }): WorkflowNode {
  return {
    id,
    type: 'invocation',
    position,
    data: {
      id,
      type: template.type,
      version: template.version,
      label: '',
      notes: '',
      isOpen: true,
      // What shows its result in the gallery is not intermediate: nodes that make pictures at the end of a workflow.
      isIntermediate: !KEEPERS.has(template.type),
      useCache: template.useCache,
      nodePack: template.nodePack,
      inputs: Object.fromEntries(
        Object.values(template.inputs).map((field) => [
          field.name,
          { name: field.name, label: '', description: '', ...(field.initial !== undefined && { value: field.initial }) },
        ]),
      ),
    },
  };
}

const KEEPERS = new Set(['l2i', 'save_image']);

export function labelOf(node: WorkflowNode, template: NodeTemplate | undefined): string {
  return node.data.label || template?.title || node.data.type;
}

/** One thing of a workflow's form, in the order in which it is shown. */
export type FormPart =
  | { kind: 'field'; id: string; field: FieldIdentifier; withDescription: boolean }
  | { kind: 'heading' | 'text'; id: string; content: string }
  | { kind: 'divider'; id: string }
  | { kind: 'row'; id: string; parts: FormPart[] };

/** The form of a workflow; without one, its exposed fields one after the other. */
export function formParts({ form, exposedFields }: Pick<Document, 'form' | 'exposedFields'>): FormPart[] {
  const elements = isObject(form?.elements) ? form.elements : {};
  const read = (id: string, depth: number): FormPart[] => {
    const element = elements[id];
    if (!isObject(element) || !isObject(element.data) || depth > 16) return [];
    const { data } = element;
    switch (element.type) {
      case 'container': {
        const parts = (Array.isArray(data.children) ? data.children : []).flatMap((child) => read(text(child), depth + 1));
        return data.layout === 'row' && depth > 0 ? [{ kind: 'row', id, parts }] : parts;
      }
      case 'node-field': {
        const field = isObject(data.fieldIdentifier) ? data.fieldIdentifier : {};
        const identifier = { nodeId: text(field.nodeId), fieldName: text(field.fieldName) };
        return [{ kind: 'field', id, field: identifier, withDescription: data.showDescription === true }];
      }
      case 'heading':
      case 'text':
        return [{ kind: element.type, id, content: text(data.content) }];
      case 'divider':
        return [{ kind: 'divider', id }];
      default:
        return [];
    }
  };
  const parts = read(text(form?.rootElementId), 0);
  if (parts.length > 0) return parts;
  return exposedFields.map((field) => ({
    kind: 'field',
    id: `${field.nodeId}.${field.fieldName}`,
    field,
    withDescription: false,
  }));
}

/** The form with a field put at its end, or taken away. Forms that people laid out by hand keep everything else. */
export function toggleExposed(document: Document, field: FieldIdentifier): Pick<Document, 'form' | 'exposedFields'> {
  const same = (other: FieldIdentifier) => other.nodeId === field.nodeId && other.fieldName === field.fieldName;
  const isExposed = exposedOf(document).some(same);
  const fields = isExposed ? exposedOf(document).filter((other) => !same(other)) : [...exposedOf(document), field];
  const elements = isObject(document.form?.elements) ? { ...document.form.elements } : {};
  const rootId = text(document.form?.rootElementId) || 'root';
  const root = elements[rootId];
  const rootData = isObject(root) && isObject(root.data) ? root.data : { layout: 'column', children: [] };
  const children = (Array.isArray(rootData.children) ? rootData.children : []).map(text);
  const id = `node-field-${field.nodeId}-${field.fieldName}`;
  if (!isExposed) {
    elements[id] = { id, type: 'node-field', parentId: rootId, data: { fieldIdentifier: field, showDescription: false } };
    elements[rootId] = { id: rootId, type: 'container', data: { ...rootData, children: [...children, id] } };
    // Fields that were exposed without a form come into the new one.
    if (document.form === null) return { exposedFields: fields, form: formOf(fields) };
    return { exposedFields: fields, form: { elements, rootElementId: rootId } };
  }
  const gone = Object.entries(elements).filter(([, element]) => {
    if (!isObject(element) || element.type !== 'node-field' || !isObject(element.data) || !isObject(element.data.fieldIdentifier))
      return false;
    return same({ nodeId: text(element.data.fieldIdentifier.nodeId), fieldName: text(element.data.fieldIdentifier.fieldName) });
  });
  const ids = new Set(gone.map(([key]) => key));
  const rest = Object.fromEntries(
    Object.entries(elements)
      .filter(([key]) => !ids.has(key))
      .map(([key, element]) => {
        if (!isObject(element) || !isObject(element.data) || !Array.isArray(element.data.children)) return [key, element];
        return [
          key,
          { ...element, data: { ...element.data, children: element.data.children.filter((child) => !ids.has(text(child))) } },
        ];
      }),
  );
  return { exposedFields: fields, form: document.form === null ? null : { elements: rest, rootElementId: rootId } };
}

function formOf(fields: readonly FieldIdentifier[]): Record<string, unknown> {
  const ids = fields.map((field) => `node-field-${field.nodeId}-${field.fieldName}`);
  const elements = fields.map((field, index) => [
    ids[index] ?? '',
    { id: ids[index], type: 'node-field', parentId: 'root', data: { fieldIdentifier: field, showDescription: false } },
  ]);
  return {
    elements: {
      ...Object.fromEntries(elements),
      root: { id: 'root', type: 'container', data: { layout: 'column', children: ids } },
    },
    rootElementId: 'root',
  };
}

/** Every field the form shows. */
export function exposedOf(document: Pick<Document, 'form' | 'exposedFields'>): FieldIdentifier[] {
  const flat = (parts: readonly FormPart[]): FieldIdentifier[] =>
    parts.flatMap((part) => (part.kind === 'field' ? [part.field] : part.kind === 'row' ? flat(part.parts) : []));
  return flat(formParts(document));
}
