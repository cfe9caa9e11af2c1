// Places nodes so that everything flows from left to right.
import type { WorkflowEdge, WorkflowNode } from './document';

const GAP = { x: 90, y: 40 };
const SIZE = { width: 300, height: 220 };

type Size = { width: number; height: number };

/** Each node stands one column right of the last of those it needs; in a column, by the middle of what it needs. */
export function arrange(
  nodes: readonly WorkflowNode[],
  edges: readonly WorkflowEdge[],
  sizeOf: (id: string) => Size | undefined,
): Map<string, { x: number; y: number }> {
  const column = columns(nodes, edges);
  const rows = new Map<number, WorkflowNode[]>();
  for (const node of nodes) {
    const at = column.get(node.id) ?? 0;
    rows.set(at, [...(rows.get(at) ?? []), node]);
  }
  const places = new Map<string, { x: number; y: number }>();
  let x = 0;
  for (const at of [...rows.keys()].sort((a, b) => a - b)) {
    const members = rows.get(at) ?? [];
    const middle = (node: WorkflowNode) => {
      const before = edges.filter((edge) => edge.target === node.id).map((edge) => places.get(edge.source)?.y ?? 0);
      return before.length === 0 ? node.position.y : before.reduce((sum, y) => sum + y, 0) / before.length;
    };
    const ordered = members.map((node) => ({ node, middle: middle(node) })).sort((a, b) => a.middle - b.middle);
    let y = 0;
    for (const { node } of ordered) {
      places.set(node.id, { x, y });
      y += (sizeOf(node.id)?.height ?? SIZE.height) + GAP.y;
    }
    x += Math.max(...members.map((node) => sizeOf(node.id)?.width ?? SIZE.width)) + GAP.x;
  }
  return places;
}

function columns(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (id: string, path: ReadonlySet<string>): number => {
    const known = found.get(id);
    if (known !== undefined) return known;
    // A circle cannot run, but it can be drawn.
    if (path.has(id)) return 0;
    const before = edges.filter((edge) => edge.target === id).map((edge) => visit(edge.source, new Set([...path, id])) + 1);
    const at = Math.max(0, ...before);
    found.set(id, at);
    return at;
  };
  for (const { id } of nodes) visit(id, new Set());
  return found;
}
