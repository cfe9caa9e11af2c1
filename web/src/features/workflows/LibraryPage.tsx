import {
  ActionIcon,
  Badge,
  Button,
  Card as Sheet,
  Group,
  Menu,
  MultiSelect,
  SegmentedControl,
  Skeleton,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  IconDots,
  IconDownload,
  IconPencil,
  IconPlayerPlay,
  IconPlus,
  IconSchema,
  IconSearch,
  IconTrash,
  IconWorld,
  IconWorldOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { serverUrl } from '@/api/base';
import { api, ApiError } from '@/api/client';
import { useMember, usePicturesReady } from '@/api/member';
import {
  SHELVES,
  type Shelf,
  useDeleteWorkflow,
  usePublishWorkflow,
  useWorkflows,
  useWorkflowTags,
  type WorkflowEntry,
} from '@/api/workflows';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorNotice } from '@/ui/ErrorNotice';
import { errorText } from '@/ui/errorText';
import { formatMoment } from '@/ui/moments';
import { PageFrame } from '@/ui/PageFrame';
import { ImportButton } from './ImportButton';
import classes from './LibraryPage.module.css';
import { places } from './places';
import { saveFile } from './saveFile';

/** Every workflow one may use: one's own, public ones, and those that come with the program. */
export function LibraryPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const shelf = SHELVES.find((known) => known === params.get('shelf')) ?? 'mine';
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), 200);
  const [tags, setTags] = useState<string[]>([]);
  const workflows = useWorkflows(shelf, wanted, tags);
  const allTags = useWorkflowTags(shelf).data ?? [];
  const { id: ownId } = useMember();
  // Administrators list everybody's; those of others stand on the shelf of public ones, or nowhere.
  const shown = (workflows.data ?? []).filter((entry) => shelf !== 'mine' || entry.user_id === ownId);
  const filtered = wanted !== '' || tags.length > 0;
  return (
    <PageFrame
      title={t('workflows.title')}
      hint={t('workflows.hint')}
      actions={
        <>
          <ImportButton />
          <Button leftSection={<IconPlus size={17} />} onClick={() => void navigate(places.fresh)}>
            {t('workflows.new')}
          </Button>
        </>
      }
    >
      <Group gap="sm">
        <SegmentedControl
          aria-label={t('workflows.shelf')}
          value={shelf}
          onChange={(value) => {
            setTags([]);
            setParams(value === 'mine' ? {} : { shelf: value }, { replace: true });
          }}
          data={SHELVES.map((value) => ({
            value,
            label: (
              <>
                {value === 'public' && <IconWorld className={classes.world} size={15} aria-hidden="true" />}
                {t(`workflows.shelves.${value}`)}
              </>
            ),
          }))}
        />
        <TextInput
          className={classes.search}
          aria-label={t('workflows.search')}
          placeholder={t('workflows.search')}
          leftSection={<IconSearch size={16} />}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
        />
        {allTags.length > 0 && (
          <MultiSelect
            className={classes.search}
            aria-label={t('workflows.tags')}
            placeholder={tags.length === 0 ? t('workflows.tags') : ''}
            clearable
            data={allTags}
            value={tags}
            onChange={setTags}
          />
        )}
      </Group>
      <ErrorNotice title={t('workflows.failed')} error={workflows.error} onRetry={() => void workflows.refetch()} />
      {workflows.isPending && <Skeleton height={240} radius="lg" />}
      {workflows.data && shown.length === 0 && (
        <EmptyState
          icon={<IconSchema size={30} stroke={1.6} />}
          title={filtered ? t('workflows.nothing') : t(`workflows.empty.${shelf}`)}
          hint={filtered ? t('workflows.nothingHint') : t(`workflows.emptyHint.${shelf}`)}
        />
      )}
      <ul className={classes.shelf} aria-label={t(`workflows.shelves.${shelf}`)}>
        {shown.map((entry) => (
          <Entry key={entry.workflow_id} entry={entry} shelf={shelf} own={entry.user_id === ownId} />
        ))}
      </ul>
    </PageFrame>
  );
}

function Entry({ entry, shelf, own }: { entry: WorkflowEntry; shelf: Shelf; own: boolean }) {
  const { t, i18n } = useTranslation();
  const { isAdmin } = useMember();
  const ready = usePicturesReady();
  const navigate = useNavigate();
  const publish = usePublishWorkflow();
  const remove = useDeleteWorkflow();
  const [asking, setAsking] = useState(false);
  const id = entry.workflow_id;
  const mayChange = shelf !== 'defaults' && (own || isAdmin);
  const tags = entry.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return (
    <Sheet component="li" withBorder radius="lg" padding={0} className={classes.entry ?? ''}>
      <Link
        to={places.run(id)}
        className={classes.cover}
        data-empty={!entry.thumbnail_url || undefined}
        aria-label={t('workflows.open', { name: entry.name })}
      >
        {entry.thumbnail_url && ready ? (
          <img className={classes.thumbnail} src={serverUrl(entry.thumbnail_url)} alt="" loading="lazy" />
        ) : (
          <IconSchema size={34} stroke={1.3} aria-hidden="true" />
        )}
      </Link>
      <div className={classes.words}>
        <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
          <Text fw={600} size="sm" className={classes.name}>
            {entry.is_public && shelf !== 'defaults' && (
              <span className={classes.world} role="img" aria-label={t('workflows.public')} title={t('workflows.public')}>
                <IconWorld size={15} aria-hidden="true" />
              </span>
            )}
            {entry.name}
          </Text>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('workflows.actions', { name: entry.name })}>
                <IconDots size={17} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => void navigate(places.run(id))}>
                {t('workflows.use')}
              </Menu.Item>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => void navigate(places.edit(id))}>
                {mayChange ? t('workflows.edit') : t('workflows.openInEditor')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconDownload size={16} />}
                onClick={() => {
                  api.get('/api/v1/workflows/i/{workflow_id}', { path: { workflow_id: id } }).then(
                    ({ workflow }) => {
                      saveFile(`${entry.name || 'workflow'}.json`, JSON.stringify(workflow, null, 2));
                    },
                    (error: unknown) => {
                      notifications.show({ color: 'red', message: String(error) });
                    },
                  );
                }}
              >
                {t('workflows.export')}
              </Menu.Item>
              {mayChange && (
                <>
                  <Menu.Item
                    leftSection={entry.is_public ? <IconWorldOff size={16} /> : <IconWorld size={16} />}
                    onClick={() => {
                      publish.mutate(
                        { id, isPublic: !entry.is_public },
                        {
                          onSuccess: () => {
                            notifications.show({
                              color: 'verdigris',
                              message: entry.is_public ? t('workflows.isPrivate') : t('workflows.isPublic'),
                            });
                          },
                          onError: (error) => {
                            // No route says beforehand who may publish.
                            const isRefused = error instanceof ApiError && error.status === 403 && !isAdmin && !entry.is_public;
                            const message = isRefused ? t('workflows.publishRefused') : errorText(error, t);
                            const autoClose = isRefused ? 12_000 : 5000;
                            notifications.show({ color: 'red', title: t('workflows.publishFailed'), message, autoClose });
                          },
                        },
                      );
                    }}
                  >
                    {entry.is_public ? t('workflows.unpublish') : t('workflows.publish')}
                  </Menu.Item>
                  <Menu.Divider />
                  <Menu.Item
                    color="red"
                    leftSection={<IconTrash size={16} />}
                    onClick={() => {
                      setAsking(true);
                    }}
                  >
                    {t('workflows.delete')}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
        {entry.description !== '' && (
          <Text size="xs" c="dimmed" lineClamp={3} mt={4}>
            {entry.description}
          </Text>
        )}
        <Group gap={5} mt="auto" pt={10}>
          {tags.slice(0, 4).map((tag) => (
            <Badge key={tag} variant="light" color="gray" size="sm" radius="sm" tt="none">
              {tag}
            </Badge>
          ))}
        </Group>
        {shelf !== 'defaults' && (
          <Text size="xs" c="dimmed" mt={6}>
            {t('workflows.changed', { time: formatMoment(entry.updated_at, i18n.language) })}
          </Text>
        )}
      </div>
      <ConfirmDialog
        opened={asking}
        title={t('workflows.deleteTitle', { name: entry.name })}
        hint={entry.is_public ? t('workflows.deletePublicHint') : t('workflows.deleteHint')}
        confirmLabel={t('workflows.delete')}
        cancelLabel={t('admin.cancel')}
        danger
        isPending={remove.isPending}
        error={remove.error && { title: t('workflows.deleteFailed'), message: remove.error.message }}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          remove.mutate(id, {
            onSuccess: () => {
              setAsking(false);
            },
          });
        }}
      />
    </Sheet>
  );
}
