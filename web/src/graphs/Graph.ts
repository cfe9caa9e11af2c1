// Builds the graphs that the pages send: nodes with ids that differ from graph to graph, and the edges between them.
import type { Model } from '@/api/models';

export type Node = { id: string; type: string; is_intermediate?: boolean; use_cache?: boolean } & Record<string, unknown>;
export type Edge = {
  source: { node_id: string; field: string };
  destination: { node_id: string; field: string };
};

export class Graph {
  readonly nodes: Record<string, Node> = {};
  readonly edges: Edge[] = [];

  /** @param newId makes the part of an id that keeps it apart from those of other graphs. */
  constructor(private readonly newId: () => string) {}

  /** A node whose id is the name and something unique; the id. */
  add(name: string, type: string, fields: Record<string, unknown> = {}): string {
    return this.addAs(`${name}:${this.newId()}`, type, fields);
  }

  /** A node with exactly this id. */
  addAs(id: string, type: string, fields: Record<string, unknown> = {}): string {
    this.nodes[id] = { id, type, is_intermediate: true, use_cache: true, ...fields };
    return id;
  }

  connect(source: string, output: string, destination: string, input: string) {
    this.edges.push({ source: { node_id: source, field: output }, destination: { node_id: destination, field: input } });
  }

  finish(name: string): { id: string; nodes: Record<string, Node>; edges: Edge[] } {
    return { id: `${name}:${this.newId()}`, nodes: this.nodes, edges: this.edges };
  }
}

/** The part of a model's record by which nodes name it. */
export function reference(model: Model) {
  return { key: model.key, hash: model.hash, name: model.name, base: model.base, type: model.type };
}
