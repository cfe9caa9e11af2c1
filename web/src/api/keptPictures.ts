import type { QueueDetails } from './queueList';

/** The names of the pictures an item has put into the gallery, in the order of its results. */
export function keptPictures(item: Pick<QueueDetails, 'session'>): string[] {
  const nodes: Record<string, unknown> = item.session.execution_graph.nodes ?? {};
  const names = Object.entries(item.session.results).flatMap(([id, result]: [string, unknown]): string[] => {
    const node = nodes[id];
    if (typeof node === 'object' && node !== null && 'is_intermediate' in node && node.is_intermediate === true) return [];
    const image: unknown = typeof result === 'object' && result !== null && 'image' in result ? result.image : null;
    const name: unknown = typeof image === 'object' && image !== null && 'image_name' in image ? image.image_name : null;
    return typeof name === 'string' ? [name] : [];
  });
  return [...new Set(names)];
}
