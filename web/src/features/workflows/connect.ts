// Which output may go into which input.
import type { WorkflowEdge } from './document';
import type { FieldType } from './templates';

/** Whether a value of one type may go where another is wanted, by the rules of the server's graph validation. */
export function fits(from: FieldType, to: FieldType): boolean {
  if (to.name === 'AnyField' || from.name === 'AnyField') return true;
  if (to.name === 'CollectionItemField') return from.cardinality !== 'many';
  if (from.name === 'CollectionItemField') return to.cardinality !== 'many';
  if (to.name === 'CollectionField') return from.cardinality !== 'one';
  if (from.name === 'CollectionField') return to.cardinality !== 'one';
  const cardinality = from.cardinality === to.cardinality || to.cardinality === 'either';
  if (!cardinality) return false;
  if (from.name === to.name) return true;
  if (from.name === 'IntegerField' && to.name === 'FloatField') return true;
  return (from.name === 'IntegerField' || from.name === 'FloatField') && to.name === 'StringField';
}

/** Whether a connection from one node to another would close a circle. */
export function closesCircle(edges: readonly Pick<WorkflowEdge, 'source' | 'target'>[], source: string, target: string): boolean {
  const reached = new Set<string>();
  const ahead = [target];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (node === source) return true;
    if (reached.has(node)) continue;
    reached.add(node);
    for (const edge of edges) if (edge.source === node) ahead.push(edge.target);
  }
  return false;
}

/** The one input that takes several connections: what is collected. */
export function takesMany(nodeType: string, field: string): boolean {
  return nodeType === 'collect' && field === 'item';
}
