import { Badge, Button, Checkbox, Group, Select, Skeleton, Text, TextInput, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBox, IconPlus, IconSearch, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes, useNavigate, useParams } from 'react-router';
import { useMember } from '@/api/member';
import { useDeleteModels, useMissingModels } from '@/api/modelRecords';
import { type Model, useAllModels } from '@/api/models';
import { BaseBadge, baseLabel } from '@/ui/BaseBadge';
import { Card } from '@/ui/Card';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { formatBytes } from '@/ui/moments';
import { PageFrame } from '@/ui/PageFrame';
import { InstallPanel } from './InstallPanel';
import { ModelDetails } from './ModelDetails';
import classes from './ModelsPage.module.css';
import { typeLabel } from './words';

/** What is installed; administrators install, change and remove. */
export function ModelsPage() {
  return (
    <Routes>
      <Route index element={<Browser />} />
      <Route path="add" element={<Browser adding />} />
      <Route path=":key" element={<Browser />} />
    </Routes>
  );
}

function Browser({ adding = false }: { adding?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { isAdmin } = useMember();
  const { key } = useParams();
  const records = useAllModels();
  const missing = useMissingModels().data;
  const [search, setSearch] = useState('');
  const [type, setType] = useState<string | null>(null);
  const [base, setBase] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const models = records.data ?? [];
  const shown = models.filter((model) => passes(model, { search, type, base }));
  const open = models.find((model) => model.key === key);
  const detail = adding || key !== undefined;

  return (
    <PageFrame
      title={t('tabs.models')}
      hint={isAdmin ? t('modelsPage.hint', { count: models.length }) : t('modelsPage.readOnly')}
      actions={
        isAdmin && (
          <Button leftSection={<IconPlus size={17} />} onClick={() => void navigate('/models/add')}>
            {t('modelsPage.add')}
          </Button>
        )
      }
    >
      <ErrorNotice title={t('models.failed')} error={records.error} onRetry={() => void records.refetch()} />
      <div className={classes.columns} data-detail={detail || undefined}>
        <div className={classes.browser}>
          <Card flush>
            <div className={classes.filters}>
              <TextInput
                aria-label={t('modelsPage.search')}
                placeholder={t('modelsPage.search')}
                leftSection={<IconSearch size={16} />}
                value={search}
                onChange={(event) => {
                  setSearch(event.currentTarget.value);
                }}
              />
              <Group gap="xs" grow>
                <Select
                  clearable
                  aria-label={t('modelsPage.type')}
                  placeholder={t('modelsPage.everyType')}
                  value={type}
                  onChange={setType}
                  data={valuesOf(models, 'type').map((value) => ({ value, label: typeLabel(value, t) }))}
                />
                <Select
                  clearable
                  aria-label={t('modelsPage.base')}
                  placeholder={t('modelsPage.everyBase')}
                  value={base}
                  onChange={setBase}
                  data={valuesOf(models, 'base').map((value) => ({ value, label: baseLabel(value) }))}
                />
              </Group>
              {chosen.size > 0 && (
                <ChosenModels
                  models={models.filter((model) => chosen.has(model.key))}
                  onDone={() => {
                    setChosen(new Set());
                  }}
                />
              )}
            </div>
            {records.isPending && <Skeleton height={220} m="md" />}
            {records.data && shown.length === 0 && (
              <EmptyState
                icon={<IconBox size={30} stroke={1.6} />}
                title={models.length === 0 ? t('models.none') : t('modelsPage.nothing')}
                hint={
                  models.length > 0 ? t('modelsPage.nothingHint') : isAdmin ? t('modelsPage.noneAdmin') : t('models.noneUser')
                }
              />
            )}
            <ul className={classes.list} aria-label={t('modelsPage.installed')}>
              {shown.map((model) => (
                <ModelRow
                  key={model.key}
                  model={model}
                  open={model.key === key}
                  missing={missing?.has(model.key) ?? false}
                  {...(isAdmin && {
                    chosen: chosen.has(model.key),
                    onChoose: (on: boolean) => {
                      const next = new Set(chosen);
                      if (on) next.add(model.key);
                      else next.delete(model.key);
                      setChosen(next);
                    },
                  })}
                />
              ))}
            </ul>
          </Card>
        </div>
        <div className={classes.detail}>
          {adding && isAdmin ? (
            <InstallPanel />
          ) : open ? (
            <ModelDetails
              key={open.key}
              model={open}
              missing={missing?.has(open.key) ?? false}
              isAdmin={isAdmin}
              onClose={() => void navigate('/models')}
            />
          ) : (
            <Card>
              <EmptyState
                icon={<IconBox size={30} stroke={1.6} />}
                title={key !== undefined && records.data ? t('modelsPage.unknown') : t('modelsPage.chooseOne')}
                hint={t('modelsPage.chooseHint')}
              />
            </Card>
          )}
        </div>
      </div>
    </PageFrame>
  );
}

type Filter = { search: string; type: string | null; base: string | null };

/** Every word of the search must be somewhere in the name or the description. */
export function passes(model: Model, { search, type, base }: Filter): boolean {
  const description = typeof model.record.description === 'string' ? model.record.description : '';
  const text = `${model.name} ${description}`.toLocaleLowerCase();
  const words = search
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (
    words.every((word) => text.includes(word)) && (type === null || model.type === type) && (base === null || model.base === base)
  );
}

function valuesOf(models: readonly Model[], field: 'type' | 'base'): string[] {
  return [...new Set(models.map((model) => model[field]))].sort();
}

type RowProps = { model: Model; open: boolean; missing: boolean; chosen?: boolean; onChoose?: (on: boolean) => void };

function ModelRow({ model, open, missing, chosen, onChoose }: RowProps) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const size = model.record.file_size;
  return (
    <li className={classes.row} data-open={open || undefined}>
      {onChoose && (
        <Checkbox
          size="xs"
          aria-label={t('modelsPage.choose', { name: model.name })}
          checked={chosen ?? false}
          onChange={(event) => {
            onChoose(event.currentTarget.checked);
          }}
        />
      )}
      <UnstyledButton
        className={classes.name}
        aria-current={open ? 'true' : undefined}
        onClick={() => void navigate(`/models/${model.key}`)}
      >
        <Text size="sm" fw={550} truncate>
          {model.name}
        </Text>
        <Group gap={6} mt={3}>
          <BaseBadge base={model.base} />
          <Text size="xs" c="dimmed">
            {typeLabel(model.type, t)}
            {typeof size === 'number' && size > 0 && ` · ${formatBytes(size, i18n.language)}`}
          </Text>
          {missing && (
            <Badge size="sm" radius="sm" color="red" variant="light" tt="none">
              {t('modelsPage.missing')}
            </Badge>
          )}
        </Group>
      </UnstyledButton>
    </li>
  );
}

/** What can be done to the ticked models. */
function ChosenModels({ models, onDone }: { models: readonly Model[]; onDone: () => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteModels();
  return (
    <Group justify="space-between">
      <Text size="sm">{t('modelsPage.chosen', { count: models.length })}</Text>
      <Group gap="xs">
        <Button size="compact-sm" variant="subtle" onClick={onDone}>
          {t('modelsPage.chooseNone')}
        </Button>
        <Button
          size="compact-sm"
          color="red"
          variant="light"
          leftSection={<IconTrash size={14} />}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t('modelsPage.delete')}
        </Button>
      </Group>
      <ConfirmDialog
        opened={asking}
        title={t('modelsPage.deleteTitle', { count: models.length, name: models[0]?.name ?? '' })}
        hint={t('modelsPage.deleteHint')}
        confirmLabel={t('modelsPage.delete')}
        cancelLabel={t('admin.cancel')}
        danger
        isPending={remove.isPending}
        error={remove.error && { title: t('modelsPage.deleteFailed'), message: remove.error.message }}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          remove.mutate(
            models.map((model) => model.key),
            {
              onSuccess: ({ failed }) => {
                setAsking(false);
                onDone();
                if (failed.length > 0)
                  notifications.show({ color: 'red', message: t('modelsPage.deleteSome', { count: failed.length }) });
              },
            },
          );
        }}
      />
    </Group>
  );
}
