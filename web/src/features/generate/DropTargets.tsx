import { notifications } from '@mantine/notifications';
import { IconAdjustmentsDown, IconPhotoEdit, IconPhotoHeart, IconShape } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DRAG_TYPE, draggedNames, fetchImage, fetchMetadata, type Image, useUpload } from '@/api/images';
import { keys } from '@/api/keys';
import type { Model } from '@/api/models';
import { randomId } from '@/graphs/random';
import { toPicture } from '@/pickers/ImageField';
import classes from './DropTargets.module.css';
import { recall } from './recall';
import { settings } from './settings';

const TARGETS = [
  { id: 'recall', icon: <IconAdjustmentsDown size={24} stroke={1.5} /> },
  { id: 'initial', icon: <IconPhotoEdit size={24} stroke={1.5} /> },
  { id: 'reference', icon: <IconPhotoHeart size={24} stroke={1.5} /> },
  { id: 'control', icon: <IconShape size={24} stroke={1.5} /> },
] as const;
type Target = (typeof TARGETS)[number]['id'];

/** Puts a picture to use in the settings. */
export function takeAsInput(image: Image, target: Exclude<Target, 'recall'>, models: readonly Model[], base: string | null) {
  const { initial, references, controls } = settings.get();
  const picture = toPicture(image);
  const adapter = { id: randomId(), image: picture, enabled: true, begin: 0 };
  const first = (types: readonly string[]) =>
    models.find((model) => types.includes(model.type) && model.base === base)?.key ?? null;
  switch (target) {
    case 'initial':
      settings.set({ initial: { image: picture, strength: initial?.strength ?? 0.75 } });
      break;
    case 'reference': {
      const clipVision = base === 'sdxl' ? ('ViT-G' as const) : ('ViT-H' as const);
      const added = { ...adapter, modelKey: first(['ip_adapter']), weight: 1, end: 1, method: 'full' as const, clipVision };
      settings.set({ references: [...references, added] });
      break;
    }
    case 'control': {
      const modelKey = first(['controlnet', 't2i_adapter']);
      const added = { ...adapter, modelKey, weight: 0.75, end: 0.75, mode: 'balanced' as const, preprocessor: 'none' as const };
      settings.set({ controls: [...controls, added] });
      break;
    }
  }
}

type Props = { models: readonly Model[]; base: string | null; children: ReactNode };

/** While a picture is dragged over the panel: what it can be used for. */
export function DropTargets({ models, base, children }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const upload = useUpload();
  const [isOver, setIsOver] = useState(false);
  const [target, setTarget] = useState<Target | null>(null);
  const depth = useRef(0);

  const put = async (transfer: DataTransfer, chosen: Target) => {
    const [name] = draggedNames(transfer);
    const file = transfer.files[0];
    const image = name !== undefined ? await fetchImage(name) : file ? await upload.mutateAsync({ file, boardId: null }) : null;
    if (image === null) return;
    if (chosen !== 'recall') {
      takeAsInput(image, chosen, models, base);
      return;
    }
    const metadata = await cache.query({
      queryKey: keys.metadata(image.image_name),
      queryFn: () => fetchMetadata(image.image_name),
    });
    if (metadata === null) notifications.show({ message: t('viewer.noMetadata') });
    else {
      settings.set(recall(metadata, models));
      notifications.show({ color: 'verdigris', message: t('viewer.used.all') });
    }
  };

  const leave = () => {
    depth.current = 0;
    setIsOver(false);
    setTarget(null);
  };

  return (
    <div
      className={classes.area}
      onDragEnter={(event) => {
        if (!event.dataTransfer.types.some((type) => type === DRAG_TYPE || type === 'Files')) return;
        depth.current += 1;
        setIsOver(true);
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) leave();
      }}
      onDrop={leave}
    >
      {children}
      {isOver && (
        <div className={classes.overlay}>
          {TARGETS.map(({ id, icon }) => (
            <div
              key={id}
              className={classes.target}
              data-over={target === id || undefined}
              onDragOver={(event) => {
                event.preventDefault();
                if (target !== id) setTarget(id);
              }}
              onDrop={(event) => {
                event.preventDefault();
                put(event.dataTransfer, id).catch((error: unknown) => {
                  const message = error instanceof Error ? error.message : null;
                  notifications.show({ color: 'red', title: t('pickers.uploadFailed'), message });
                });
              }}
            >
              {icon}
              <span>{t(`drop.${id}`)}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
