import { ActionIcon, FileButton, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBox, IconPhotoEdit, IconPhotoX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { serverUrl } from '@/api/base';
import { textOf } from '@/api/modelRecords';
import type { Model } from '@/api/models';
import { useModelCover } from '@/api/modelSources';
import classes from './Cover.module.css';

/** A model's picture; administrators change it. */
export function Cover({ model, isAdmin }: { model: Model; isAdmin: boolean }) {
  const { t } = useTranslation();
  const change = useModelCover();
  const url = textOf(model, 'cover_image');
  const set = (image: File | null) => {
    change.mutate(
      { key: model.key, image },
      {
        onError: (error) => {
          notifications.show({ color: 'red', title: t('modelsPage.coverFailed'), message: error.message });
        },
      },
    );
  };
  return (
    <div className={classes.cover}>
      {url === '' ? (
        <IconBox size={36} stroke={1.2} aria-hidden="true" />
      ) : (
        <img src={serverUrl(url)} alt={t('modelsPage.coverOf', { name: model.name })} />
      )}
      {isAdmin && (
        <div className={classes.actions}>
          <FileButton
            accept="image/png,image/jpeg,image/webp"
            onChange={(file) => {
              if (file) set(file);
            }}
          >
            {(button) => (
              <Tooltip label={t('modelsPage.setCover')}>
                <ActionIcon {...button} variant="default" aria-label={t('modelsPage.setCover')} loading={change.isPending}>
                  <IconPhotoEdit size={16} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
          {url !== '' && (
            <Tooltip label={t('modelsPage.removeCover')}>
              <ActionIcon
                variant="default"
                aria-label={t('modelsPage.removeCover')}
                onClick={() => {
                  set(null);
                }}
              >
                <IconPhotoX size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </div>
      )}
    </div>
  );
}
