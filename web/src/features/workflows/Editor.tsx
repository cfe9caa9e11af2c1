import { ActionIcon, Badge, Button, Group, Menu, TextInput, Tooltip, useComputedColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconArrowLeft,
  IconDeviceFloppy,
  IconDots,
  IconDownload,
  IconLayoutDistributeHorizontal,
  IconPlayerPlay,
  IconPlus,
} from '@tabler/icons-react';
import {
  addEdge,
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type Edge,
  MiniMap,
  type Node,
  ReactFlow,
  useEdgesState,
  useNodesState,
  useReactFlow,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { randomId } from '@/graphs/random';
import { useShortcut } from '@/shortcuts/useShortcut';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { closesCircle, fits, takesMany } from './connect';
import {
  createNode,
  type Document,
  exposedOf,
  type FieldIdentifier,
  toggleExposed,
  type WorkflowEdge,
  type WorkflowNode,
  writeDocument,
} from './document';
import classes from './Editor.module.css';
import { EditorContext } from './editorContext';
import type { Templates } from './graph';
import { arrange } from './layout';
import { NodeCard } from './NodeCard';
import { Palette } from './Palette';
import { places } from './places';
import { Problems } from './Problems';
import { SaveDialog } from './SaveDialog';
import { saveFile } from './saveFile';
import { useRun } from './useRun';

const NODE_TYPES = { invocation: NodeCard };

type FlowNode = Node<WorkflowNode['data'], 'invocation'>;

type Props = {
  id: string | null;
  /** The workflow as it is in the library. */
  kept: Document;
  /** What the sheet shows first. */
  initial: Document;
  templates: Templates;
  /** Hears of what is not saved; `null` when nothing is. */
  onDraft: (draft: Document | null) => void;
};

/** The sheet with nodes and connections, and what can be done with it. `id` is the workflow that saving changes. */
export function Editor({ id, kept, initial, templates, onDraft }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const flow = useReactFlow<FlowNode>();
  const scheme = useComputedColorScheme('light');
  const [nodes, setNodes, onNodesChange] = useNodesState<FlowNode>(initial.nodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState(initial.edges);
  const [rest, setRest] = useState<Document>(initial);
  const [saved, setSaved] = useState(() => JSON.stringify(writeDocument(kept)));
  const [saving, setSaving] = useState<'save' | 'copy' | null>(null);
  const [palette, setPalette] = useState(initial.nodes.length === 0);
  const { run, items, problems, isStarting, error } = useRun(templates);

  const document = useMemo((): Document => {
    const plain = nodes.map(({ id: nodeId, position, data }): WorkflowNode => ({
      id: nodeId,
      type: 'invocation',
      position,
      data,
    }));
    return { ...rest, nodes: plain, edges: edges.map(toEdge) };
  }, [rest, nodes, edges]);
  const isChanged = JSON.stringify(writeDocument(document)) !== saved;

  const [leaving, setLeaving] = useState(false);
  const save = () => {
    setSaving(id === null ? 'copy' : 'save');
  };
  useShortcut('saveWorkflow', save);
  useShortcut('addNode', () => {
    setPalette(true);
  });
  useUnsavedWarning(isChanged);
  useEffect(() => {
    onDraft(isChanged ? document : null);
  }, [onDraft, isChanged, document]);

  const isValidConnection = useCallback(
    ({ source, sourceHandle, target, targetHandle }: Connection | Edge) => {
      const [from, to] = [flow.getNode(source), flow.getNode(target)];
      const output = from && templates.get(from.data.type)?.outputs[sourceHandle ?? ''];
      const input = to && templates.get(to.data.type)?.inputs[targetHandle ?? ''];
      if (!output || !input || input.input === 'direct') return false;
      return fits(output.type, input.type) && !closesCircle(flow.getEdges(), source, target);
    },
    [flow, templates],
  );

  const connect = useCallback(
    (connection: Connection) => {
      setEdges((before) => {
        const to = flow.getNode(connection.target);
        const many = to !== undefined && takesMany(to.data.type, connection.targetHandle ?? '');
        // An input takes one connection: the new one replaces the old.
        const kept = many
          ? before
          : before.filter((edge) => edge.target !== connection.target || edge.targetHandle !== connection.targetHandle);
        return addEdge({ ...connection, type: 'default' }, kept);
      });
    },
    [flow, setEdges],
  );

  const add = (type: string) => {
    const template = templates.get(type);
    if (!template) return;
    const sheet = window.document.getElementById('sheet')?.getBoundingClientRect();
    const place = flow.screenToFlowPosition({
      x: (sheet?.left ?? 0) + (sheet?.width ?? 0) / 2 - 140 + (nodes.length % 5) * 24,
      y: (sheet?.top ?? 0) + 100 + (nodes.length % 5) * 24,
    });
    setNodes((before) => [
      ...before.map((node) => ({ ...node, selected: false })),
      { ...createNode(template, randomId(), place), selected: true },
    ]);
  };

  const tidy = () => {
    const sizes = new Map(flow.getNodes().map((node) => [node.id, node.measured]));
    const positions = arrange(document.nodes, document.edges, (nodeId) => {
      const size = sizes.get(nodeId);
      return size?.width !== undefined && size.height !== undefined ? { width: size.width, height: size.height } : undefined;
    });
    setNodes((before) => before.map((node) => ({ ...node, position: positions.get(node.id) ?? node.position })));
    requestAnimationFrame(() => void flow.fitView({ padding: 0.15, duration: 250 }));
  };

  const surroundings = useMemo(() => {
    const exposed = new Set(exposedOf(rest).map(({ nodeId, fieldName }) => `${nodeId}.${fieldName}`));
    return {
      templates,
      items,
      isExposed: ({ nodeId, fieldName }: FieldIdentifier) => exposed.has(`${nodeId}.${fieldName}`),
      onToggleExposed: (field: FieldIdentifier) => {
        setRest((before) => ({ ...before, ...toggleExposed(before, field) }));
      },
    };
  }, [templates, items, rest]);

  return (
    <EditorContext value={surroundings}>
      <div className={classes.editor}>
        <div className={classes.bar}>
          <Group gap="xs" wrap="nowrap" className={classes.title}>
            <Tooltip label={t('workflows.library')}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={t('workflows.library')}
                onClick={() => {
                  if (isChanged) setLeaving(true);
                  else void navigate(places.library);
                }}
              >
                <IconArrowLeft size={19} />
              </ActionIcon>
            </Tooltip>
            <TextInput
              flex={1}
              variant="unstyled"
              aria-label={t('workflows.name')}
              placeholder={t('workflows.unnamed')}
              classNames={{ input: classes.name ?? '' }}
              value={rest.name}
              onChange={(event) => {
                const name = event.currentTarget.value;
                setRest((before) => ({ ...before, name }));
              }}
            />
            {isChanged && (
              <Badge variant="light" color="gray" radius="sm" tt="none" flex="none">
                {t('workflows.unsaved')}
              </Badge>
            )}
          </Group>
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              aria-pressed={palette}
              onClick={() => {
                setPalette(!palette);
              }}
            >
              {t('workflows.addNode')}
            </Button>
            <Tooltip label={t('workflows.arrange')}>
              <ActionIcon variant="default" size={36} aria-label={t('workflows.arrange')} onClick={tidy}>
                <IconLayoutDistributeHorizontal size={18} />
              </ActionIcon>
            </Tooltip>
            <Button variant="default" leftSection={<IconDeviceFloppy size={16} />} onClick={save}>
              {t('workflows.save')}
            </Button>
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="default" size={36} aria-label={t('workflows.more')}>
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<IconDeviceFloppy size={16} />}
                  onClick={() => {
                    setSaving('copy');
                  }}
                >
                  {t('workflows.saveAs')}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconDownload size={16} />}
                  onClick={() => {
                    saveFile(`${rest.name || 'workflow'}.json`, JSON.stringify(writeDocument(document), null, 2));
                  }}
                >
                  {t('workflows.export')}
                </Menu.Item>
                {id !== null && (
                  <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => void navigate(places.run(id))}>
                    {t('workflows.openForm')}
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              loading={isStarting}
              onClick={() => {
                run(document, 1);
              }}
            >
              {t('workflows.run')}
            </Button>
          </Group>
        </div>
        <div className={classes.work}>
          {palette && (
            <Palette
              templates={templates}
              onAdd={add}
              onClose={() => {
                setPalette(false);
              }}
            />
          )}
          <div className={classes.sheet} id="sheet">
            <ReactFlow
              aria-label={t('workflows.sheet')}
              nodes={nodes}
              edges={edges}
              nodeTypes={NODE_TYPES}
              colorMode={scheme}
              onNodesChange={onNodesChange}
              onEdgesChange={onEdgesChange}
              onConnect={connect}
              isValidConnection={isValidConnection}
              deleteKeyCode={['Delete', 'Backspace']}
              minZoom={0.1}
              maxZoom={2}
              fitView
              fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
              proOptions={{ hideAttribution: true }}
            >
              <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} />
              <Controls showInteractive={false} />
              <MiniMap pannable zoomable ariaLabel={t('workflows.map')} className={classes.map ?? ''} />
            </ReactFlow>
            {(problems.length > 0 || error !== null) && (
              <div className={classes.problems}>
                <Problems problems={problems} />
                <ErrorNotice title={t('workflows.runFailed')} error={error} />
              </div>
            )}
          </div>
        </div>
      </div>
      {saving !== null && (
        <SaveDialog
          id={saving === 'copy' ? null : id}
          document={document}
          onClose={() => {
            setSaving(null);
          }}
          onSaved={(savedId, stored) => {
            setSaving(null);
            onDraft(null);
            setRest((before) => ({ ...before, name: stored.name, description: stored.description, tags: stored.tags }));
            setSaved(JSON.stringify(writeDocument(stored)));
            notifications.show({ color: 'verdigris', message: t('workflows.saved') });
            if (savedId !== id) void navigate(places.edit(savedId), { replace: true });
          }}
        />
      )}
      <ConfirmDialog
        opened={leaving}
        title={t('workflows.leaveTitle')}
        hint={t('workflows.leaveHint')}
        confirmLabel={t('workflows.leave')}
        cancelLabel={t('workflows.stay')}
        danger
        onClose={() => {
          setLeaving(false);
        }}
        onConfirm={() => {
          onDraft(null);
          void navigate(places.library);
        }}
      />
    </EditorContext>
  );
}

function toEdge({ id, source, sourceHandle, target, targetHandle }: Edge): WorkflowEdge {
  return { id, type: 'default', source, sourceHandle: sourceHandle ?? '', target, targetHandle: targetHandle ?? '' };
}

/** The browser asks before unsaved work is closed with the page; the link to the library asks by itself. */
function useUnsavedWarning(isChanged: boolean) {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      window.removeEventListener('beforeunload', ask);
    };
  }, [isChanged]);
}
