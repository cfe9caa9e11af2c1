import { ActionIcon, Menu, Text, TextInput, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconDots, IconEye, IconEyeOff, IconLoader2, IconTrash } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position, useNodeConnections, useReactFlow } from '@xyflow/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverUrl } from '@/api/base';
import { type NodeState, useNodeState } from '@/api/runs';
import type { NodeData } from './document';
import { useEditor } from './editorContext';
import { FieldInput } from './FieldInput';
import classes from './NodeCard.module.css';
import type { FieldType, InputTemplate, NodeTemplate } from './templates';
import { typeColor } from './typeColor';

type FlowNode = Node<NodeData, 'invocation'>;

/** One node on the sheet: what it is, its inputs with their values, its outputs, and what it does right now. */
export function NodeCard({ id, data, selected }: NodeProps<FlowNode>) {
  const { t } = useTranslation();
  const { templates, items } = useEditor();
  const flow = useReactFlow<FlowNode>();
  const state = useNodeState(items, id);
  const [renaming, setRenaming] = useState(false);
  const template = templates.get(data.type);
  const title = data.label || template?.title || data.type;
  const change = (part: Partial<NodeData>) => {
    flow.updateNodeData(id, part);
  };
  return (
    <article
      className={classes.node}
      aria-label={title}
      data-selected={selected || undefined}
      data-state={state?.status}
      data-unknown={template === undefined || undefined}
    >
      <header className={classes.header}>
        {renaming ? (
          <TextInput
            className="nodrag"
            size="xs"
            aria-label={t('workflows.nodeName')}
            defaultValue={data.label}
            placeholder={template?.title ?? data.type}
            autoFocus
            onBlur={(event) => {
              change({ label: event.currentTarget.value.trim() });
              setRenaming(false);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur();
            }}
          />
        ) : (
          <Tooltip label={template?.description ?? ''} disabled={!template?.description} multiline maw={280}>
            <Text
              fw={600}
              size="sm"
              truncate
              className={classes.title}
              onDoubleClick={() => {
                setRenaming(true);
              }}
            >
              {title}
            </Text>
          </Tooltip>
        )}
        <StateMark state={state} />
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon
              className="nodrag"
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t('workflows.nodeActions', { name: title })}
            >
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              onClick={() => {
                setRenaming(true);
              }}
            >
              {t('workflows.rename')}
            </Menu.Item>
            <Menu.Item
              onClick={() => {
                change({ isOpen: !data.isOpen });
              }}
            >
              {data.isOpen ? t('workflows.fold') : t('workflows.unfold')}
            </Menu.Item>
            <Menu.Item
              onClick={() => {
                change({ isIntermediate: !data.isIntermediate });
              }}
            >
              {data.isIntermediate ? t('workflows.keepResult') : t('workflows.dropResult')}
            </Menu.Item>
            <Menu.Item
              onClick={() => {
                change({ useCache: !data.useCache });
              }}
            >
              {data.useCache ? t('workflows.noCache') : t('workflows.useCache')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={15} />}
              onClick={() => void flow.deleteElements({ nodes: [{ id }] })}
            >
              {t('workflows.removeNode')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      {template === undefined ? (
        <Text size="xs" c="var(--mantine-color-error)" p="sm">
          {t('workflows.problem.unknownNode', { node: data.type })}
        </Text>
      ) : (
        <Ports id={id} data={data} template={template} />
      )}
      {state?.status === 'running' && state.message !== null && (
        <Text size="xs" c="dimmed" px="sm" pb="xs" truncate>
          {state.message}
        </Text>
      )}
      {state?.status === 'failed' && (
        <Text size="xs" c="var(--mantine-color-error)" px="sm" pb="xs" lineClamp={4}>
          {state.message}
        </Text>
      )}
      {state?.image && (
        <img
          className={classes.image}
          src={serverUrl(`api/v1/images/i/${encodeURIComponent(state.image)}/thumbnail`)}
          alt={t('queuePage.result')}
        />
      )}
    </article>
  );
}

function StateMark({ state }: { state: NodeState | undefined }) {
  const { t } = useTranslation();
  if (state === undefined) return null;
  const marks = {
    running: <IconLoader2 size={16} className={classes.spin} aria-hidden="true" />,
    done: <IconCheck size={16} aria-hidden="true" />,
    failed: <IconAlertTriangle size={16} aria-hidden="true" />,
  };
  return (
    <span className={classes.state} data-state={state.status} role="img" aria-label={t(`workflows.state.${state.status}`)}>
      {marks[state.status]}
    </span>
  );
}

function Ports({ id, data, template }: { id: string; data: NodeData; template: NodeTemplate }) {
  return (
    <div className={classes.ports}>
      {Object.values(template.outputs).map((output) => (
        <div key={output.name} className={classes.output}>
          <Text size="xs" c="dimmed" title={output.description}>
            {output.title}
          </Text>
          <Handle
            id={output.name}
            type="source"
            position={Position.Right}
            className={classes.handle ?? ''}
            style={{ background: typeColor(output.type) }}
            role="img"
            aria-label={output.title}
            title={typeName(output.type)}
          />
        </div>
      ))}
      {Object.values(template.inputs).map((input) => (
        <Input key={input.name} id={id} data={data} input={input} />
      ))}
    </div>
  );
}

function Input({ id, data, input }: { id: string; data: NodeData; input: InputTemplate }) {
  const { t } = useTranslation();
  const { isExposed, onToggleExposed } = useEditor();
  const flow = useReactFlow<FlowNode>();
  const connected = useNodeConnections({ id, handleType: 'target', handleId: input.name }).length > 0;
  const instance = data.inputs[input.name];
  const label = instance?.label || input.title;
  const field = { nodeId: id, fieldName: input.name };
  const exposed = isExposed(field);
  const editable = input.input !== 'connection' && !connected && data.isOpen;
  // A folded node shows what is connected, and nothing else.
  if (!data.isOpen && !connected) {
    return input.input === 'direct' ? null : (
      <Handle
        id={input.name}
        type="target"
        position={Position.Left}
        className={classes.folded ?? ''}
        role="img"
        aria-label={label}
      />
    );
  }
  return (
    <div className={classes.input}>
      {input.input !== 'direct' && (
        <Handle
          id={input.name}
          type="target"
          position={Position.Left}
          className={classes.handle ?? ''}
          style={{ background: typeColor(input.type) }}
          role="img"
          aria-label={label}
          title={typeName(input.type)}
        />
      )}
      <div className={classes.label}>
        <Text size="xs" c="dimmed" title={input.description}>
          {label}
          {input.required && !connected && <span aria-hidden="true"> *</span>}
        </Text>
        {editable && (
          <Tooltip label={exposed ? t('workflows.hideFromForm') : t('workflows.showInForm')}>
            <ActionIcon
              className="nodrag"
              variant="subtle"
              size={18}
              {...(!exposed && { color: 'gray' })}
              aria-label={`${exposed ? t('workflows.hideFromForm') : t('workflows.showInForm')}: ${label}`}
              aria-pressed={exposed}
              onClick={() => {
                onToggleExposed(field);
              }}
            >
              {exposed ? <IconEye size={13} /> : <IconEyeOff size={13} />}
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {editable && (
        <FieldInput
          template={input}
          label={label}
          hideLabel
          small
          value={instance?.value}
          onChange={(value) => {
            flow.updateNodeData(id, ({ data: before }) => ({
              inputs: {
                ...before.inputs,
                [input.name]: { name: input.name, label: '', description: '', ...before.inputs[input.name], value },
              },
            }));
          }}
        />
      )}
    </div>
  );
}

function typeName({ name, cardinality }: FieldType): string {
  const plain = name.replace(/Field$/, '');
  return cardinality === 'many' ? `${plain}[]` : plain;
}
