import { ActionIcon, FileButton, Loader, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPhotoPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  DRAG_TYPE,
  draggedNames,
  fetchImage,
  type Image,
  thumbnailOf,
  thumbnailUrl,
  useKnownImage,
  useUpload,
} from '@/api/images';
import { usePicturesReady } from '@/api/member';
import type { PictureField } from '@/graphs/generation';
import { errorText } from '@/ui/errorText';
import { Picture } from '@/ui/Picture';
import classes from './ImageField.module.css';

type Props = {
  label: string;
  hint: string;
  value: PictureField | null;
  onChange: (picture: PictureField | null) => void;
};

export function toPicture(image: Image): PictureField {
  return { name: image.image_name, width: image.width, height: image.height };
}

/** A place for one picture: drop one of the gallery's or a file, or choose a file. */
export function ImageField({ label, hint, value, onChange }: Props) {
  const { t } = useTranslation();
  const ready = usePicturesReady();
  const upload = useUpload();
  const known = useKnownImage(value?.name ?? '');
  const [isOver, setIsOver] = useState(false);

  const failed = (error: Error) => {
    notifications.show({ color: 'red', title: t('pickers.uploadFailed'), message: errorText(error, t) });
  };
  const bring = (file: File | null) => {
    if (file === null) return;
    upload.mutate(
      { file, boardId: null },
      {
        onSuccess: (image) => {
          onChange(toPicture(image));
        },
        onError: failed,
      },
    );
  };

  return (
    <div
      role="group"
      aria-label={label}
      className={classes.field}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.some((type) => type === DRAG_TYPE || type === 'Files')) return;
        event.preventDefault();
        event.stopPropagation();
        setIsOver(true);
      }}
      onDragLeave={() => {
        setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setIsOver(false);
        const [name] = draggedNames(event.dataTransfer);
        if (name !== undefined) {
          fetchImage(name).then((image) => {
            onChange(toPicture(image));
          }, failed);
        } else bring(event.dataTransfer.files[0] ?? null);
      }}
    >
      {upload.isPending ? (
        <div className={classes.empty}>
          <Loader size="sm" aria-label={t('pickers.uploading')} />
        </div>
      ) : value === null ? (
        <FileButton onChange={bring} accept="image/png,image/jpeg,image/webp">
          {(props) => (
            <UnstyledButton {...props} className={classes.empty}>
              <IconPhotoPlus size={22} stroke={1.5} aria-hidden="true" />
              <span>
                <Text size="sm" fw={550}>
                  {label}
                </Text>
                <Text size="xs" c="dimmed">
                  {hint}
                </Text>
              </span>
            </UnstyledButton>
          )}
        </FileButton>
      ) : (
        <div className={classes.held}>
          {ready && (
            <Picture
              src={known ? thumbnailUrl(known) : thumbnailOf(value.name)}
              alt={label}
              fit="contain"
              brokenLabel={t('gallery.broken')}
            />
          )}
          <Tooltip label={t('pickers.removeImage')}>
            <ActionIcon
              variant="default"
              size="sm"
              className={classes.remove}
              aria-label={t('pickers.removeImage')}
              onClick={() => {
                onChange(null);
              }}
            >
              <IconX size={14} />
            </ActionIcon>
          </Tooltip>
          {value.width > 0 && (
            <span className={classes.size}>
              {value.width} × {value.height}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
