import '@xyflow/react/dist/style.css';
import { Skeleton } from '@mantine/core';
import { ReactFlowProvider } from '@xyflow/react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useMember } from '@/api/member';
import { useNodeDocument, useWorkflow } from '@/api/workflows';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { PageFrame } from '@/ui/PageFrame';
import { type Document, emptyDocument, readDocument } from './document';
import { draftOf, keepDraft } from './drafts';
import { Editor } from './Editor';
import type { Templates } from './graph';
import { readTemplates } from './templates';

/** The node editor on a saved workflow or an empty sheet. */
export function EditorPage() {
  const { t } = useTranslation();
  const { id } = useParams();
  const account = useMember();
  const record = useWorkflow(id);
  const nodes = useNodeDocument();
  const templates = useMemo(() => readTemplates(nodes.data), [nodes.data]);
  const document = useMemo(() => (id === undefined ? emptyDocument() : readDocument(record.data?.workflow)), [id, record.data]);
  // What is open stays open when reading it once more fails.
  if (document === null || nodes.data === undefined) {
    const unreadable =
      record.data && document === null ? new Error(t('workflows.notAWorkflow', { name: record.data.name })) : null;
    const error = record.error ?? nodes.error ?? unreadable;
    return (
      <PageFrame title={t('workflows.title')}>
        {error === null ? <Skeleton height={420} radius="lg" /> : <ErrorNotice title={t('workflows.openFailed')} error={error} />}
      </PageFrame>
    );
  }
  // What is not one's own is saved as a copy.
  const isOwn =
    record.data !== undefined && document.category === 'user' && (record.data.user_id === account.id || account.isAdmin);
  return (
    <ReactFlowProvider key={id ?? 'new'}>
      <Draft
        accountId={account.id}
        opened={id}
        id={isOwn && id !== undefined ? id : null}
        document={document}
        templates={templates}
      />
    </ReactFlowProvider>
  );
}

type DraftProps = { accountId: string; opened: string | undefined; id: string | null; document: Document; templates: Templates };

/** The editor on what was left unsaved, else on what is kept. */
function Draft({ accountId, opened, id, document, templates }: DraftProps) {
  const [initial] = useState(() => draftOf(accountId, opened) ?? document);
  const keep = useCallback(
    (draft: Document | null) => {
      keepDraft(accountId, opened, draft);
    },
    [accountId, opened],
  );
  return <Editor id={id} kept={document} initial={initial} templates={templates} onDraft={keep} />;
}
