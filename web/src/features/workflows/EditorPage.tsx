import '@xyflow/react/dist/style.css';
import { Skeleton } from '@mantine/core';
import { ReactFlowProvider } from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useMember } from '@/api/member';
import { useNodeDocument, useWorkflow } from '@/api/workflows';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { PageFrame } from '@/ui/PageFrame';
import { emptyDocument, readDocument } from './document';
import { Editor } from './Editor';
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
  const error = record.error ?? nodes.error;
  if (error !== null || document === null || nodes.data === undefined) {
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
      <Editor id={isOwn && id !== undefined ? id : null} initial={document} templates={templates} />
    </ReactFlowProvider>
  );
}
