import { Badge, Button, Group, Tabs, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft, IconRefresh, IconTransform, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMember } from '@/api/member';
import { textOf, useDeleteModels, useReidentify } from '@/api/modelRecords';
import { type Model, triggerPhrases } from '@/api/models';
import { useConvertModel } from '@/api/modelSources';
import { BaseBadge } from '@/ui/BaseBadge';
import { Card } from '@/ui/Card';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { errorText } from '@/ui/errorText';
import { formatBytes } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import { AccessSettings } from './AccessSettings';
import { Cover } from './Cover';
import { DefaultSettings } from './DefaultSettings';
import { EditModel } from './EditModel';
import classes from './ModelsPage.module.css';
import { typeLabel } from './words';

type Props = { model: Model; missing: boolean; isAdmin: boolean; onClose: () => void };

/** Everything about one model; for administrators also what can be changed. */
export function ModelDetails({ model, missing, isAdmin, onClose }: Props) {
  const { t } = useTranslation();
  const managesPeople = !useMember().isSingleUser && isAdmin;
  return (
    <Card>
      <Button hiddenFrom="md" mb="sm" px={0} variant="transparent" leftSection={<IconArrowLeft size={16} />} onClick={onClose}>
        {t('modelsPage.back')}
      </Button>
      <Group justify="space-between" align="flex-start" mb="md">
        <Cover model={model} isAdmin={isAdmin} />
        <div style={{ flex: 1, minWidth: 160 }}>
          <Text component="h2" size="lg" fw={650} m={0}>
            {model.name}
          </Text>
          <Group gap={8} mt={4}>
            <BaseBadge base={model.base} />
            <Text size="sm" c="dimmed">
              {typeLabel(model.type, t)}
            </Text>
            {!isAdmin && (
              <Badge variant="light" color="gray" radius="sm" tt="none">
                {t('modelsPage.readOnlyBadge')}
              </Badge>
            )}
          </Group>
        </div>
        {isAdmin && <Actions model={model} onGone={onClose} />}
      </Group>
      {missing && (
        <Notice kind="error" title={t('modelsPage.missingTitle')}>
          {t('modelsPage.missingHint', { path: textOf(model, 'path') })}
        </Notice>
      )}
      <Tabs defaultValue="about" mt="md" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="about">{t('modelsPage.about')}</Tabs.Tab>
          <Tabs.Tab value="defaults">{t('modelsPage.defaults')}</Tabs.Tab>
          {isAdmin && <Tabs.Tab value="edit">{t('modelsPage.edit')}</Tabs.Tab>}
          {managesPeople && <Tabs.Tab value="access">{t('modelAccess.title')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="about" pt="md">
          <Facts model={model} />
        </Tabs.Panel>
        <Tabs.Panel value="defaults" pt="md">
          <DefaultSettings model={model} isAdmin={isAdmin} />
        </Tabs.Panel>
        {isAdmin && (
          <Tabs.Panel value="edit" pt="md">
            <EditModel model={model} />
          </Tabs.Panel>
        )}
        {managesPeople && (
          <Tabs.Panel value="access" pt="md">
            <AccessSettings modelKey={model.key} />
          </Tabs.Panel>
        )}
      </Tabs>
    </Card>
  );
}

function Facts({ model }: { model: Model }) {
  const { t, i18n } = useTranslation();
  const description = textOf(model, 'description');
  const phrases = triggerPhrases(model);
  const size = model.record.file_size;
  const facts: [string, ReactNode][] = [
    [t('modelsPage.format'), textOf(model, 'format')],
    [t('modelsPage.variant'), textOf(model, 'variant')],
    [t('modelsPage.prediction'), textOf(model, 'prediction_type')],
    [t('modelsPage.size'), typeof size === 'number' && size > 0 ? formatBytes(size, i18n.language) : ''],
    [t('modelsPage.path'), textOf(model, 'path')],
    [t('modelsPage.source'), textOf(model, 'source')],
    [t('modelsPage.hash'), model.hash],
    [t('modelsPage.key'), model.key],
  ];
  return (
    <>
      {description !== '' && (
        <Text size="sm" mb="md">
          {description}
        </Text>
      )}
      {phrases.length > 0 && (
        <Group gap={6} mb="md">
          <Text size="sm" c="dimmed">
            {t('modelsPage.triggers')}
          </Text>
          {phrases.map((phrase) => (
            <Badge key={phrase} variant="light" radius="sm" tt="none">
              {phrase}
            </Badge>
          ))}
        </Group>
      )}
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name} className={classes.fact}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

function Actions({ model, onGone }: { model: Model; onGone: () => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [converting, setConverting] = useState(false);
  const remove = useDeleteModels();
  const reidentify = useReidentify();
  const convert = useConvertModel();
  return (
    <Group gap="xs">
      {model.type === 'main' && textOf(model, 'format') === 'checkpoint' && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconTransform size={15} />}
          loading={convert.isPending}
          onClick={() => {
            setConverting(true);
          }}
        >
          {t('modelsPage.convert')}
        </Button>
      )}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconRefresh size={15} />}
        loading={reidentify.isPending}
        onClick={() => {
          reidentify.mutate(model.key, {
            onSuccess: () => {
              notifications.show({ color: 'verdigris', message: t('modelsPage.reidentified') });
            },
            onError: (error) => {
              notifications.show({ color: 'red', title: t('modelsPage.reidentifyFailed'), message: error.message });
            },
          });
        }}
      >
        {t('modelsPage.reidentify')}
      </Button>
      <Button
        variant="light"
        color="red"
        size="xs"
        leftSection={<IconTrash size={15} />}
        onClick={() => {
          setAsking(true);
        }}
      >
        {t('modelsPage.delete')}
      </Button>
      <ConfirmDialog
        opened={converting}
        title={t('modelsPage.convertTitle', { name: model.name })}
        hint={t('modelsPage.convertHint')}
        confirmLabel={t('modelsPage.convert')}
        cancelLabel={t('admin.cancel')}
        isPending={convert.isPending}
        error={convert.error && { title: t('modelsPage.convertFailed'), message: errorText(convert.error, t) }}
        onClose={() => {
          setConverting(false);
        }}
        onConfirm={() => {
          convert.mutate(model.key, {
            onSuccess: () => {
              setConverting(false);
              notifications.show({ color: 'verdigris', message: t('modelsPage.converted') });
            },
          });
        }}
      />
      <ConfirmDialog
        opened={asking}
        title={t('modelsPage.deleteTitle', { count: 1, name: model.name })}
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
          remove.mutate([model.key], {
            onSuccess: ({ failed }) => {
              setAsking(false);
              if (failed.length === 0) onGone();
              else notifications.show({ color: 'red', message: t('modelsPage.deleteSome', { count: failed.length }) });
            },
          });
        }}
      />
    </Group>
  );
}
