// What the nodes of a running workflow do, by queue item and by the node's id in the graph that was sent. Only the socket knows.
import { create } from 'zustand';
import type { LiveSocket } from './socket';

export type NodeState = {
  status: 'running' | 'done' | 'failed';
  /** From 0 to 1, where the node can tell. */
  fraction: number | null;
  message: string | null;
  /** The picture the node gave. */
  image: string | null;
};

type Runs = Readonly<Record<number, Readonly<Record<string, NodeState>>>>;

export const useRuns = create<{ runs: Runs }>()(() => ({ runs: {} }));

/** Items whose nodes are remembered at the same time. */
const REMEMBERED = 20;

export function setNodeState(item: number, node: string, state: Partial<NodeState>) {
  useRuns.setState(({ runs }) => {
    const before = runs[item]?.[node] ?? { status: 'running', fraction: null, message: null, image: null };
    const next = { ...runs, [item]: { ...runs[item], [node]: { ...before, ...state } } };
    const old = Object.keys(next)
      .map(Number)
      .sort((a, b) => b - a)
      .slice(REMEMBERED);
    return { runs: Object.fromEntries(Object.entries(next).filter(([id]) => !old.includes(Number(id)))) };
  });
}

/** The newest of what several items say about a node. */
export function useNodeState(items: readonly number[], node: string): NodeState | undefined {
  return useRuns(({ runs }) =>
    [...items]
      .sort((a, b) => b - a)
      .map((id) => runs[id]?.[node])
      .find((state) => state !== undefined),
  );
}

type OfNode = { item_id: number; invocation_source_id: string };

/** Listens to what nodes say. */
export function followNodes(socket: LiveSocket) {
  socket.on('invocation_started', ({ item_id: item, invocation_source_id: node }: OfNode) => {
    setNodeState(item, node, { status: 'running', fraction: null, message: null });
  });
  socket.on('invocation_progress', (event) => {
    if (event.invocation_source_id === undefined) return;
    setNodeState(event.item_id, event.invocation_source_id, {
      status: 'running',
      fraction: event.percentage,
      message: event.message,
    });
  });
  socket.on('invocation_complete', (event) => {
    if (event.invocation_source_id === undefined) return;
    setNodeState(event.item_id, event.invocation_source_id, {
      status: 'done',
      fraction: 1,
      image: event.result.image?.image_name ?? null,
    });
  });
  socket.on('invocation_error', (event) => {
    if (event.invocation_source_id === undefined) return;
    setNodeState(event.item_id, event.invocation_source_id, { status: 'failed', message: event.error_message });
  });
}
