import { ActionIcon, Button, Group, Menu, ScrollArea, Skeleton, Tabs, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAdjustmentsDown,
  IconArrowsMaximize,
  IconChevronDown,
  IconColumns2,
  IconCopy,
  IconDownload,
  IconPhotoEdit,
  IconPhotoHeart,
  IconShape,
  IconStar,
  IconStarFilled,
  IconTrash,
} from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { fullUrl, type Image, useDeleteImages, useMetadata } from '@/api/images';
import { deselect } from '@/api/view';
import { useShortcut } from '@/shortcuts/useShortcut';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { CopyButton } from '@/ui/CopyButton';
import { formatTime } from '@/ui/dates';
import classes from './Details.module.css';
import { metadataRows } from './metadata';
import { useStarring } from './useStarring';

export type UsePart = 'all' | 'prompt' | 'seed' | 'size';
export type UseAs = 'initial' | 'reference' | 'control' | 'upscale';

type Props = {
  image: Image;
  onUse: (metadata: Record<string, unknown>, part: UsePart) => void;
  onUseAs: (image: Image, use: UseAs) => void;
  onCompare: (() => void) | null;
  isComparing: boolean;
  onDeleted: () => void;
};

const USES = [
  { use: 'initial', icon: <IconPhotoEdit size={17} /> },
  { use: 'reference', icon: <IconPhotoHeart size={17} /> },
  { use: 'control', icon: <IconShape size={17} /> },
  { use: 'upscale', icon: <IconArrowsMaximize size={17} /> },
] as const;

/** What a picture was made from, and what can be done with it. */
export function Details({ image, onUse, onUseAs, onCompare, isComparing, onDeleted }: Props) {
  const { t } = useTranslation();
  const known = useMetadata(image.image_name).data ?? null;
  const star = useStarring();
  const [asking, ask] = useDisclosure(false);
  const download = useRef<HTMLAnchorElement>(null);
  const use = (part: UsePart) => () => {
    if (known) onUse(known, part);
  };
  const toggleStar = () => {
    star([image.image_name], !image.starred);
  };
  useShortcut('useAll', use('all'), known !== null);
  useShortcut('usePrompt', use('prompt'), known !== null);
  useShortcut('useSeed', use('seed'), known !== null);
  useShortcut('useSize', use('size'), known !== null);
  useShortcut('star', toggleStar);
  useShortcut('download', () => download.current?.click());
  useShortcut('deleteSelection', ask.open);

  const action = (label: string, icon: ReactNode, onClick: () => void, pressed?: boolean) => (
    <Tooltip label={label}>
      <ActionIcon
        variant={pressed === true ? 'light' : 'default'}
        size={36}
        aria-label={label}
        {...(pressed !== undefined && { 'aria-pressed': pressed })}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );

  return (
    <>
      <Tabs defaultValue="details" className={classes.tabs ?? ''} keepMounted={false}>
        <Tabs.List className={classes.head ?? ''}>
          <Tabs.Tab value="details">{t('viewer.details')}</Tabs.Tab>
          <Tabs.Tab value="metadata" disabled={known === null}>
            {t('viewer.metadata')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="details" className={classes.panel ?? ''}>
          <Rows image={image} />
        </Tabs.Panel>
        <Tabs.Panel value="metadata" className={classes.panel ?? ''}>
          <Raw metadata={known} />
        </Tabs.Panel>
      </Tabs>
      <div className={classes.actions}>
        <div className={classes.uses} role="group" aria-label={t('viewer.useGroup')}>
          <Button
            variant="light"
            leftSection={<IconAdjustmentsDown size={18} />}
            disabled={known === null}
            onClick={use('all')}
            className={classes.useAll ?? ''}
          >
            {t('viewer.useSettings')}
          </Button>
          {(['prompt', 'seed', 'size'] as const).map((part) => (
            <Button key={part} variant="default" size="xs" disabled={known === null} onClick={use(part)}>
              {t(`viewer.usePart.${part}`)}
            </Button>
          ))}
        </div>
        <Group gap={8} wrap="nowrap">
          <Menu position="top-start" shadow="md">
            <Menu.Target>
              <Button variant="default" flex={1} rightSection={<IconChevronDown size={16} />}>
                {t('viewer.useAs')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {USES.map(({ use: as, icon }) => (
                <Menu.Item
                  key={as}
                  leftSection={icon}
                  onClick={() => {
                    onUseAs(image, as);
                  }}
                >
                  {t(`viewer.uses.${as}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          {action(
            t('gallery.star'),
            image.starred ? <IconStarFilled size={18} /> : <IconStar size={18} />,
            toggleStar,
            image.starred,
          )}
          {onCompare && action(t('viewer.compare'), <IconColumns2 size={18} />, onCompare, isComparing)}
          <Tooltip label={t('viewer.download')}>
            <ActionIcon
              ref={download}
              component="a"
              variant="default"
              size={36}
              href={fullUrl(image)}
              download={image.image_name}
              aria-label={t('viewer.download')}
            >
              <IconDownload size={18} />
            </ActionIcon>
          </Tooltip>
          {action(t('viewer.delete'), <IconTrash size={18} />, ask.open)}
        </Group>
      </div>
      <DeleteDialog name={image.image_name} opened={asking} onClose={ask.close} onDeleted={onDeleted} />
    </>
  );
}

function Rows({ image }: { image: Image }) {
  const { t, i18n } = useTranslation();
  const metadata = useMetadata(image.image_name);
  const known = metadata.data ?? null;
  const rows = known ? metadataRows(known) : [];
  const isPrompt = (key: string) => key === 'prompt' || key === 'negativePrompt';
  return (
    <ScrollArea className={classes.scroll ?? ''} type="auto">
      <dl className={classes.rows}>
        {rows.map(({ key, value }) => (
          <div key={key} className={classes.row} data-wide={isPrompt(key) || undefined}>
            <dt>
              {t(`viewer.${key}`)}
              {isPrompt(key) && <Copy text={value} />}
            </dt>
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
        <div className={classes.row} data-wide>
          <dt>{t('viewer.fileName')}</dt>
          <dd>{image.image_name}</dd>
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
  );
}

function Raw({ metadata }: { metadata: Record<string, unknown> | null }) {
  const text = JSON.stringify(metadata, null, 2);
  return (
    <>
      <div className={classes.copyRaw}>
        <Copy text={text} />
      </div>
      <ScrollArea className={classes.scroll ?? ''} type="auto">
        {/* Scrollable by keyboard. */}
        <pre className={classes.raw} tabIndex={0}>
          {text}
        </pre>
      </ScrollArea>
    </>
  );
}

function Copy({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t('viewer.copied') : t('viewer.copy')}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('viewer.copy')} onClick={copy}>
            <IconCopy size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

function DeleteDialog({
  name,
  opened,
  onClose,
  onDeleted,
}: {
  name: string;
  opened: boolean;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { t } = useTranslation();
  const remove = useDeleteImages();
  return (
    <ConfirmDialog
      opened={opened}
      danger
      title={t('viewer.deleteTitle')}
      hint={t('viewer.deleteHint')}
      confirmLabel={t('viewer.delete')}
      cancelLabel={t('viewer.deleteCancel')}
      isPending={remove.isPending}
      error={remove.error && { title: t('viewer.deleteFailed'), message: remove.error.message }}
      onClose={onClose}
      onConfirm={() => {
        remove.mutate([name], {
          onSuccess: ({ deleted_images: deleted }) => {
            onClose();
            deselect(deleted);
            if (deleted.includes(name)) onDeleted();
          },
        });
      }}
    />
  );
}
