import { ActionIcon, Button, CloseButton, Group, Modal, ScrollArea, Skeleton, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconAdjustmentsDown, IconArrowLeft, IconArrowRight, IconDownload, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/client';
import { fullUrl, type Image, useDeleteImage, useImage, useImages, useMetadata } from '@/api/images';
import { EmptyState } from '@/ui/EmptyState';
import { Notice } from '@/ui/Notice';
import { Picture } from '@/ui/Picture';
import { formatTime } from './dates';
import { metadataRows } from './metadata';
import { tileId } from './tileId';
import classes from './Viewer.module.css';

type Props = {
  name: string;
  ready: boolean;
  onShow: (name: string) => void;
  onClose: () => void;
  onUse: (metadata: Record<string, unknown>) => void;
};

/** One picture, as large as it goes, with what is known about it. */
export function Viewer({ name, ready, onShow, onClose, onUse }: Props) {
  const { t } = useTranslation();
  const images = useImages();
  const list = images.data?.images ?? [];
  const index = list.findIndex((image) => image.image_name === name);
  const newer = index > 0 ? list[index - 1] : undefined;
  const older = index >= 0 ? list[index + 1] : undefined;
  const image = useImage(name, list[index]);

  const close = () => {
    onClose();
    // Back to where the reader is in the list; the frame after, when this dialog no longer holds the focus.
    requestAnimationFrame(() => {
      document.getElementById(tileId(name))?.focus();
    });
  };
  const show = (target: Image | undefined) => {
    if (target) onShow(target.image_name);
    // Near the end of what is loaded, the list grows ahead of the reader.
    if (index >= list.length - 4 && images.hasNextPage && !images.isFetchingNextPage) void images.fetchNextPage();
  };
  useHotkeys([
    [
      'ArrowLeft',
      () => {
        show(newer);
      },
    ],
    [
      'ArrowRight',
      () => {
        show(older);
      },
    ],
  ]);

  const step = (target: Image | undefined, direction: 'previous' | 'next', icon: React.ReactNode) => (
    <Tooltip label={t(`viewer.${direction}`)}>
      <ActionIcon
        variant="default"
        size="lg"
        radius="xl"
        className={classes[direction] ?? ''}
        aria-label={t(`viewer.${direction}`)}
        disabled={target === undefined}
        onClick={() => {
          show(target);
        }}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );

  return (
    <Modal.Root opened onClose={close} fullScreen>
      <Modal.Content aria-label={t('viewer.title')} className={classes.content ?? ''}>
        <div className={classes.layout}>
          <div className={classes.stage}>
            {image.data && ready && <FullPicture image={image.data} />}
            {image.isPending && <Skeleton className={classes.skeleton ?? ''} />}
            {image.isError && <Missing error={image.error} />}
            {step(newer, 'previous', <IconArrowLeft size={20} />)}
            {step(older, 'next', <IconArrowRight size={20} />)}
          </div>
          <aside className={classes.side} aria-label={t('viewer.details')}>
            <Group justify="space-between" className={classes.head ?? ''}>
              <Text fw={600}>{t('viewer.details')}</Text>
              <CloseButton size="lg" aria-label={t('viewer.close')} onClick={close} />
            </Group>
            {image.data && (
              <Details
                key={name}
                image={image.data}
                onUse={onUse}
                onDeleted={() => {
                  const next = older ?? newer;
                  if (next) onShow(next.image_name);
                  else close();
                }}
              />
            )}
          </aside>
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

function FullPicture({ image }: { image: Image }) {
  const { t, i18n } = useTranslation();
  const alt = t('viewer.image', { date: formatTime(image.created_at, i18n.language) });
  return <Picture src={fullUrl(image)} alt={alt} fit="contain" brokenLabel={t('gallery.broken')} />;
}

function Missing({ error }: { error: Error }) {
  const { t } = useTranslation();
  const isAbsent = error instanceof ApiError && (error.status === 404 || error.status === 403);
  return <EmptyState icon="?" title={isAbsent ? t('viewer.notFound') : error.message} />;
}

function Details({ image, onUse, onDeleted }: { image: Image; onUse: Props['onUse']; onDeleted: () => void }) {
  const { t, i18n } = useTranslation();
  const metadata = useMetadata(image.image_name);
  const known = metadata.data ?? null;
  const rows = known ? metadataRows(known) : [];
  const isPrompt = (key: string) => key === 'prompt' || key === 'negativePrompt';
  return (
    <>
      <ScrollArea className={classes.details ?? ''} type="auto">
        <dl className={classes.rows}>
          {rows.map(({ key, value }) => (
            <div key={key} className={classes.row} data-wide={isPrompt(key) || undefined}>
              <dt>{t(`viewer.${key}`)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {known === null && (
            <div className={classes.row}>
              <dt>{t('viewer.size')}</dt>
              <dd>
                {image.width} × {image.height}
              </dd>
            </div>
          )}
          <div className={classes.row}>
            <dt>{t('viewer.created')}</dt>
            <dd>{formatTime(image.created_at, i18n.language)}</dd>
          </div>
        </dl>
        {metadata.isPending && <Skeleton height={120} radius="md" />}
        {metadata.isSuccess && known === null && (
          <Text size="sm" c="dimmed">
            {t('viewer.noMetadata')}
          </Text>
        )}
        {metadata.isError && (
          <Text size="sm" c="red">
            {t('viewer.metadataFailed')}
          </Text>
        )}
      </ScrollArea>
      <div className={classes.actions}>
        <Button
          variant="light"
          leftSection={<IconAdjustmentsDown size={18} />}
          disabled={known === null}
          onClick={() => {
            if (known) onUse(known);
          }}
        >
          {t('viewer.useSettings')}
        </Button>
        <DeleteButton name={image.image_name} onDeleted={onDeleted} />
        <Button
          className={classes.download ?? ''}
          component="a"
          href={fullUrl(image)}
          download={image.image_name}
          leftSection={<IconDownload size={18} />}
        >
          {t('viewer.download')}
        </Button>
      </div>
    </>
  );
}

function DeleteButton({ name, onDeleted }: { name: string; onDeleted: () => void }) {
  const { t } = useTranslation();
  const [asking, ask] = useDisclosure(false);
  const remove = useDeleteImage();
  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={18} />} onClick={ask.open}>
        {t('viewer.delete')}
      </Button>
      <Modal opened={asking} onClose={ask.close} title={t('viewer.deleteTitle')} size="sm" zIndex={400}>
        <Stack>
          <Text size="sm">{t('viewer.deleteHint')}</Text>
          {remove.error && (
            <Notice kind="error" title={t('viewer.deleteFailed')}>
              {remove.error.message}
            </Notice>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={ask.close} data-autofocus>
              {t('viewer.deleteCancel')}
            </Button>
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() => {
                remove.mutate(name, { onSuccess: onDeleted });
              }}
            >
              {t('viewer.delete')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
