// Workflows that were changed and not saved, for as long as the page is open: another tab of the page, or a session that
// expires, must not cost them.
import type { Document } from './document';

const drafts = new Map<string, Document>();

function keyOf(accountId: string, id: string | undefined): string {
  return `${accountId}/${id ?? ''}`;
}

export function draftOf(accountId: string, id: string | undefined): Document | null {
  return drafts.get(keyOf(accountId, id)) ?? null;
}

/** Keeps what is on the sheet; `null` forgets it. */
export function keepDraft(accountId: string, id: string | undefined, document: Document | null) {
  if (document === null) drafts.delete(keyOf(accountId, id));
  else drafts.set(keyOf(accountId, id), document);
}
