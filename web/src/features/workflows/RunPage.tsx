import { Button, Divider, Group, NumberInput, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconPencil, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { noteOpened, useNodeDocument, useWorkflow } from '@/api/workflows';
import { Card } from '@/ui/Card';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { Notice } from '@/ui/Notice';
import { PageFrame } from '@/ui/PageFrame';
import { type Document, type FieldIdentifier, type FormPart, formParts, labelOf, readDocument } from './document';
import { FieldInput } from './FieldInput';
import type { Templates } from './graph';
import { places } from './places';
import { Problems } from './Problems';
import { Results } from './Results';
import { readTemplates } from './templates';
import { useRun } from './useRun';

const MOST_RUNS = 100;

/** A workflow as a form: its exposed fields, a button, and what comes of it. */
export function RunPage() {
  const { t } = useTranslation();
  const { id } = useParams();
  const record = useWorkflow(id);
  const nodes = useNodeDocument();
  const templates = useMemo(() => readTemplates(nodes.data), [nodes.data]);
  const document = useMemo(() => readDocument(record.data?.workflow), [record.data]);
  useEffect(() => {
    // Only for the order of the library: when it fails, nothing is lost.
    if (id !== undefined) noteOpened(id).catch(() => undefined);
  }, [id]);
  // What is open stays open when reading it once more fails.
  if (document === null || nodes.data === undefined || id === undefined) {
    const unreadable =
      record.data && document === null ? new Error(t('workflows.notAWorkflow', { name: record.data.name })) : null;
    const error = record.error ?? nodes.error ?? unreadable;
    return (
      <PageFrame title={t('workflows.title')} width="reading">
        {error === null ? <Skeleton height={320} radius="lg" /> : <ErrorNotice title={t('workflows.openFailed')} error={error} />}
      </PageFrame>
    );
  }
  return <Form key={id} id={id} initial={document} templates={templates} />;
}

function Form({ id, initial, templates }: { id: string; initial: Document; templates: Templates }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [document, setDocument] = useState(initial);
  const [runs, setRuns] = useState<number | string>(1);
  const { run, items, problems, isStarting, error } = useRun(templates);
  const parts = formParts(document);
  const setValue = ({ nodeId, fieldName }: FieldIdentifier, value: unknown) => {
    setDocument((before) => ({
      ...before,
      nodes: before.nodes.map((node) =>
        node.id === nodeId
          ? {
              ...node,
              data: {
                ...node.data,
                inputs: { ...node.data.inputs, [fieldName]: { name: fieldName, ...node.data.inputs[fieldName], value } },
              },
            }
          : node,
      ),
    }));
  };
  return (
    <PageFrame
      title={document.name || t('workflows.unnamed')}
      {...(document.description !== '' && { hint: document.description })}
      width="reading"
      actions={
        <>
          <Button component={Link} to={places.library} variant="default" leftSection={<IconArrowLeft size={16} />}>
            {t('workflows.library')}
          </Button>
          <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => void navigate(places.edit(id))}>
            {t('workflows.openInEditor')}
          </Button>
        </>
      }
    >
      <Card>
        <form
          aria-label={document.name || t('workflows.unnamed')}
          onSubmit={(event) => {
            event.preventDefault();
            run(document, typeof runs === 'number' ? Math.min(MOST_RUNS, Math.max(1, runs)) : 1);
          }}
        >
          <Stack>
            {parts.length === 0 && (
              <Notice kind="info" title={t('workflows.noForm')}>
                {t('workflows.noFormHint')}
              </Notice>
            )}
            <Parts parts={parts} document={document} templates={templates} onChange={setValue} />
            <Problems problems={problems} />
            <ErrorNotice title={t('workflows.runFailed')} error={error} />
            <Group justify="flex-end" align="flex-end">
              <NumberInput
                w={90}
                label={t('workflows.runs')}
                min={1}
                max={MOST_RUNS}
                allowDecimal={false}
                value={runs}
                onChange={setRuns}
              />
              <Button type="submit" leftSection={<IconPlayerPlay size={16} />} loading={isStarting}>
                {t('workflows.run')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Card>
      <Results items={items} />
      {document.notes !== '' && (
        <Card title={t('workflows.notes')}>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
            {document.notes}
          </Text>
        </Card>
      )}
    </PageFrame>
  );
}

type PartsProps = {
  parts: readonly FormPart[];
  document: Document;
  templates: Templates;
  onChange: (field: FieldIdentifier, value: unknown) => void;
};

function Parts({ parts, document, templates, onChange }: PartsProps) {
  return parts.map((part) => {
    switch (part.kind) {
      case 'heading':
        return (
          <Title key={part.id} order={2} size="h5" mt="sm">
            {part.content}
          </Title>
        );
      case 'text':
        return (
          <Text key={part.id} size="sm" c="dimmed">
            {part.content}
          </Text>
        );
      case 'divider':
        return <Divider key={part.id} />;
      case 'row':
        return (
          <Group key={part.id} grow align="flex-start">
            <Parts parts={part.parts} document={document} templates={templates} onChange={onChange} />
          </Group>
        );
      case 'field': {
        const node = document.nodes.find((candidate) => candidate.id === part.field.nodeId);
        const template = node && templates.get(node.data.type);
        const field = template?.inputs[part.field.fieldName];
        if (!node || !field) return null;
        const instance = node.data.inputs[part.field.fieldName];
        // "Value" says nothing on a form; the node's own name does.
        const label = instance?.label || (['value', 'a'].includes(field.name) ? labelOf(node, template) : field.title);
        return (
          <FieldInput
            key={part.id}
            template={{ ...field, multiline: field.multiline || (field.type.name === 'StringField' && /prompt/i.test(label)) }}
            label={label}
            description={part.withDescription ? instance?.description || field.description : undefined}
            value={instance?.value}
            onChange={(value) => {
              onChange(part.field, value);
            }}
          />
        );
      }
    }
  });
}
