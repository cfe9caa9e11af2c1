import {
  Button,
  ColorInput,
  FileButton,
  Group,
  NumberInput,
  Select,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPhotoUp, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverUrl } from '@/api/base';
import { type Model, useAllModels } from '@/api/models';
import { useBoardChoices, useUploadForField } from '@/api/workflows';
import classes from './FieldInput.module.css';
import type { InputTemplate } from './templates';

type Props = {
  template: InputTemplate;
  label: string;
  /** A name for screen readers where no label is drawn. */
  hideLabel?: boolean;
  description?: string | undefined;
  value: unknown;
  onChange: (value: unknown) => void;
  small?: boolean;
};

/** The control for one field of a node: what it is follows from the field's type. */
export function FieldInput(props: Props) {
  const { template, label, hideLabel = false, description, value, onChange, small = false } = props;
  const common = {
    size: small ? 'xs' : 'sm',
    className: 'nodrag',
    ...(hideLabel ? { 'aria-label': label } : { label }),
    ...(description ? { description } : {}),
  } as const;
  const { name, cardinality } = template.type;
  if (cardinality === 'many') return <ListInput {...props} common={common} />;
  switch (name) {
    case 'IntegerField':
    case 'FloatField':
      return <NumberField {...props} common={common} />;
    case 'BooleanField':
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(event) => {
            onChange(event.currentTarget.checked);
          }}
        />
      );
    case 'EnumField':
    case 'SchedulerField':
      return (
        <Select
          {...common}
          allowDeselect={!template.required}
          searchable={template.options.length > 8}
          value={typeof value === 'string' ? value : null}
          data={template.options.map((option) => ({ value: option, label: template.optionLabels[option] ?? option }))}
          comboboxProps={{ withinPortal: true }}
          onChange={(next) => {
            onChange(next ?? undefined);
          }}
        />
      );
    case 'StringField':
      return template.multiline ? (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxRows={8}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      ) : (
        <TextInput
          {...common}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      );
    case 'ModelIdentifierField':
      return <ModelInput {...props} common={common} />;
    case 'BoardField':
      return <BoardInput {...props} common={common} />;
    case 'ImageField':
      return <ImageInput {...props} />;
    case 'ColorField':
      return <ColorField {...props} common={common} />;
    default:
      return <Unsupported label={label} />;
  }
}

function Unsupported({ label }: { label: string }) {
  const { t } = useTranslation();
  return (
    <Text size="xs" c="dimmed">
      {label}: {t('workflows.connectOnly')}
    </Text>
  );
}

type Common = { size: 'xs' | 'sm'; className: string; label?: string; description?: string; 'aria-label'?: string };

/** A number; what is only half typed, such as `1.`, stays in the field and is no value yet. */
function NumberField({ template, value, onChange, common }: Props & { common: Common }) {
  const known = typeof value === 'number' ? value : '';
  const [typed, setTyped] = useState<number | string>(known);
  const isHalf = typeof typed === 'string' && typed !== '';
  return (
    <NumberInput
      {...common}
      value={isHalf ? typed : known}
      {...(template.minimum !== null && { min: template.minimum })}
      {...(template.maximum !== null && { max: template.maximum })}
      step={template.multipleOf ?? (template.type.name === 'IntegerField' ? 1 : 0.1)}
      allowDecimal={template.type.name === 'FloatField'}
      onChange={(next) => {
        setTyped(next);
        onChange(typeof next === 'number' ? next : undefined);
      }}
      onBlur={() => {
        setTyped(known);
      }}
    />
  );
}

/** A colour; what is only half typed stays in the field and changes nothing yet. */
function ColorField({ value, onChange, common }: Props & { common: Common }) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <ColorInput
      {...common}
      format="hexa"
      value={typed ?? toHex(value)}
      onChange={(hex) => {
        const color = fromHex(hex);
        setTyped(hex);
        if (color !== undefined || hex === '') onChange(color);
      }}
      onBlur={() => {
        setTyped(null);
      }}
    />
  );
}

function ModelInput({ template, value, onChange, common }: Props & { common: Common }) {
  const { t } = useTranslation();
  const models = (useAllModels().data ?? []).filter((model) => isWanted(model, template));
  const key = typeof value === 'object' && value !== null && 'key' in value && typeof value.key === 'string' ? value.key : null;
  return (
    <Select
      {...common}
      searchable
      placeholder={models.length === 0 ? t('workflows.noModel') : t('models.placeholder')}
      value={models.some((model) => model.key === key) ? key : null}
      data={models.map((model) => ({ value: model.key, label: model.name }))}
      onChange={(next) => {
        const model = models.find((candidate) => candidate.key === next);
        onChange(model && { key: model.key, hash: model.hash, name: model.name, base: model.base, type: model.type });
      }}
    />
  );
}

/** Whether a field takes a model. A field that does not say which takes all. */
export function isWanted(
  model: Pick<Model, 'type' | 'base'>,
  { modelTypes, modelBases }: Pick<InputTemplate, 'modelTypes' | 'modelBases'>,
): boolean {
  return (
    (modelTypes.length === 0 || modelTypes.includes(model.type)) && (modelBases.length === 0 || modelBases.includes(model.base))
  );
}

function BoardInput({ value, onChange, common }: Props & { common: Common }) {
  const { t } = useTranslation();
  const answer = useBoardChoices().data;
  const boards = Array.isArray(answer) ? answer : [];
  const id =
    typeof value === 'object' && value !== null && 'board_id' in value && typeof value.board_id === 'string'
      ? value.board_id
      : '';
  return (
    <Select
      {...common}
      allowDeselect={false}
      value={id}
      data={[
        { value: '', label: t('workflows.noBoard') },
        ...boards.map((board) => ({ value: board.board_id, label: board.board_name })),
      ]}
      onChange={(next) => {
        onChange(next === null || next === '' ? 'none' : { board_id: next });
      }}
    />
  );
}

function ImageInput({ label, hideLabel, description, value, onChange }: Props) {
  const { t } = useTranslation();
  const upload = useUploadForField();
  const name =
    typeof value === 'object' && value !== null && 'image_name' in value && typeof value.image_name === 'string'
      ? value.image_name
      : null;
  return (
    <div className="nodrag">
      {hideLabel !== true && (
        <Text size="sm" fw={550} mb={4}>
          {label}
        </Text>
      )}
      {description && (
        <Text size="xs" c="dimmed" mb={4}>
          {description}
        </Text>
      )}
      <Group gap="xs" wrap="nowrap">
        {name !== null && (
          <img
            className={classes.thumbnail}
            src={serverUrl(`api/v1/images/i/${encodeURIComponent(name)}/thumbnail`)}
            alt={label}
          />
        )}
        <FileButton
          accept="image/png,image/jpeg,image/webp"
          onChange={(file) => {
            if (file)
              upload.mutate(file, {
                onSuccess: (uploaded) => {
                  onChange({ image_name: uploaded });
                },
              });
          }}
        >
          {(button) => (
            <Button
              {...button}
              size="xs"
              variant="default"
              leftSection={<IconPhotoUp size={15} />}
              loading={upload.isPending}
              aria-label={`${t('workflows.upload')}: ${label}`}
            >
              {t('workflows.upload')}
            </Button>
          )}
        </FileButton>
        {name !== null && (
          <Button
            size="xs"
            variant="subtle"
            px={6}
            aria-label={`${t('workflows.removeImage')}: ${label}`}
            onClick={() => {
              onChange(undefined);
            }}
          >
            <IconX size={15} />
          </Button>
        )}
      </Group>
      {upload.error && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {upload.error.message}
        </Text>
      )}
    </div>
  );
}

/** Lists of texts and numbers, one tag each. */
function ListInput({ template, label, value, onChange, common }: Props & { common: Common }) {
  const { t } = useTranslation();
  const numeric = template.type.name === 'IntegerField' || template.type.name === 'FloatField';
  if (!numeric && template.type.name !== 'StringField') return <Unsupported label={label} />;
  const items: unknown[] = Array.isArray(value) ? value : [];
  return (
    <TagsInput
      {...common}
      placeholder={t('workflows.addItem')}
      splitChars={numeric ? [',', ' '] : []}
      value={items.map(String)}
      onChange={(next) => {
        onChange(numeric ? next.map(Number).filter((item) => !Number.isNaN(item)) : next);
      }}
    />
  );
}

function toHex(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const parts = new Map<string, unknown>(Object.entries(value));
  const two = (name: string) => {
    const part = parts.get(name);
    return Math.max(0, Math.min(255, typeof part === 'number' ? Math.round(part) : 255))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${two('r')}${two('g')}${two('b')}${two('a')}`;
}

function fromHex(hex: string): unknown {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/i.exec(hex);
  if (!match) return undefined;
  const [r = 0, g = 0, b = 0] = match.slice(1, 4).map((part) => Number.parseInt(part, 16));
  return { r, g, b, a: match[4] === undefined ? 255 : Number.parseInt(match[4], 16) };
}
