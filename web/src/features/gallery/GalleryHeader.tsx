import { ActionIcon, FileButton, Menu, SegmentedControl, Slider, Switch, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconAdjustments, IconSearch, IconUpload, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rightsOn, useBoards } from '@/api/boards';
import { type ImageView, NO_BOARD, useUpload } from '@/api/images';
import { useMember } from '@/api/member';
import { usePreference } from '@/api/preferences';
import { looked, useSearch } from '@/api/view';
import { useShortcut } from '@/shortcuts/useShortcut';
import classes from './GalleryHeader.module.css';

/** What is looked at, and how: search, kind, order, size. */
export function GalleryHeader({
  title,
  total,
  view,
  isActive,
}: {
  title: string;
  total: number;
  view: ImageView;
  isActive: boolean;
}) {
  const { t } = useTranslation();
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        <Title order={2} size="h4" id="gallery-title" className={classes.title ?? ''}>
          {title}
        </Title>
        {total > 0 && (
          <Text size="sm" c="dimmed" className={classes.count ?? ''}>
            {view.category === 'images' ? t('gallery.count', { count: total }) : t('gallery.assetCount', { count: total })}
          </Text>
        )}
      </div>
      <SegmentedControl
        size="xs"
        aria-label={t('gallery.kind')}
        value={view.category}
        data={[
          { value: 'images', label: t('gallery.images') },
          { value: 'assets', label: t('gallery.assets') },
        ]}
        onChange={(category) => {
          looked.set({ category: category === 'assets' ? 'assets' : 'images' });
        }}
      />
      <SearchField isActive={isActive} />
      <UploadButton boardId={view.boardId} />
      <ViewMenu />
    </header>
  );
}

function SearchField({ isActive }: { isActive: boolean }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const active = useSearch((state) => state.text);
  const [text, setText] = useState(active);
  const search = useDebouncedCallback((next: string) => {
    useSearch.setState({ text: next.trim() });
  }, 250);
  useShortcut('gallerySearch', () => input.current?.focus(), isActive);
  // A filter that nobody sees would hide pictures.
  useEffect(
    () => () => {
      useSearch.setState({ text: '' });
    },
    [],
  );
  return (
    <TextInput
      ref={input}
      size="xs"
      type="search"
      className={classes.search ?? ''}
      aria-label={t('gallery.search')}
      placeholder={t('gallery.search')}
      leftSection={<IconSearch size={15} />}
      value={text}
      rightSection={
        text !== '' && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t('gallery.clearSearch')}
            onClick={() => {
              setText('');
              // What was typed just before must not come back.
              search.cancel();
              useSearch.setState({ text: '' });
              input.current?.focus();
            }}
          >
            <IconX size={14} />
          </ActionIcon>
        )
      }
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}

function UploadButton({ boardId }: { boardId: string }) {
  const { t } = useTranslation();
  const upload = useUpload();
  const account = useMember();
  const board = useBoards(true).data?.find((one) => one.board_id === boardId);
  const refusal =
    board === undefined
      ? null
      : board.archived
        ? t('gallery.uploadArchived')
        : rightsOn(board, account).canAdd
          ? null
          : t('gallery.uploadReadOnly');
  const bring = async (files: readonly File[]) => {
    let done = 0;
    for (const file of files) {
      try {
        await upload.mutateAsync({ file, boardId: boardId === NO_BOARD ? null : boardId });
        done += 1;
      } catch (error) {
        const message = `${file.name}: ${error instanceof Error ? error.message : ''}`;
        notifications.show({ color: 'red', title: t('pickers.uploadFailed'), message });
      }
    }
    if (done === 0) return;
    notifications.show({ color: 'verdigris', message: t('gallery.uploaded', { count: done }) });
    looked.set({ category: 'assets' });
  };
  return (
    <FileButton
      multiple
      accept="image/png,image/jpeg,image/webp"
      disabled={refusal !== null}
      onChange={(files) => void bring(files)}
    >
      {(props) => (
        <Tooltip label={refusal ?? t('gallery.upload')}>
          <ActionIcon
            {...props}
            variant="default"
            size={30}
            aria-label={t('gallery.upload')}
            {...(refusal !== null && { 'data-disabled': true, 'aria-disabled': true, 'aria-description': refusal })}
            loading={upload.isPending}
          >
            <IconUpload size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
  );
}

function ViewMenu() {
  const { t } = useTranslation();
  const [starredFirst, setStarredFirst] = usePreference('starredFirst');
  const [oldestFirst, setOldestFirst] = usePreference('oldestFirst');
  const [tileSize, setTileSize] = usePreference('tileSize');
  return (
    <Menu position="bottom-end" closeOnItemClick={false} width={240} trapFocus>
      <Menu.Target>
        <Tooltip label={t('gallery.view')}>
          <ActionIcon variant="default" size={30} aria-label={t('gallery.view')}>
            <IconAdjustments size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.menu}>
          <Switch
            size="sm"
            label={t('gallery.starredFirst')}
            checked={starredFirst}
            onChange={(event) => {
              setStarredFirst(event.currentTarget.checked);
            }}
          />
          <Switch
            size="sm"
            label={t('gallery.oldestFirst')}
            checked={oldestFirst}
            onChange={(event) => {
              setOldestFirst(event.currentTarget.checked);
            }}
          />
          <div>
            <Text size="sm" mb={6}>
              {t('gallery.tileSize')}
            </Text>
            <Slider
              min={80}
              max={400}
              step={4}
              label={null}
              thumbLabel={t('gallery.tileSize')}
              value={tileSize}
              onChange={setTileSize}
            />
          </div>
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
