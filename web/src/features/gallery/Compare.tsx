import { Button, Group } from '@mantine/core';
import { IconArrowsExchange, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fullUrl, type Image, useImage } from '@/api/images';
import classes from './Compare.module.css';

type Props = { image: Image; other: string; onSwap: () => void; onClose: () => void };

/** Two pictures over one another, divided where the slider is. */
export function Compare({ image, other, onSwap, onClose }: Props) {
  const { t } = useTranslation();
  const [divide, setDivide] = useState(50);
  const second = useImage(other).data;
  return (
    <div className={classes.compare} role="group" aria-label={t('compare.title')}>
      <div className={classes.pictures}>
        {second && <img className={classes.picture} src={fullUrl(second)} alt={t('compare.second')} draggable={false} />}
        <img
          className={classes.picture}
          src={fullUrl(image)}
          alt={t('compare.first')}
          draggable={false}
          style={{ clipPath: `inset(0 ${100 - divide}% 0 0)` }}
        />
        <span className={classes.line} style={{ left: `${divide}%` }} aria-hidden="true" />
        <input
          className={classes.slider}
          type="range"
          min={0}
          max={100}
          step={0.5}
          value={divide}
          aria-label={t('compare.divide')}
          onChange={(event) => {
            setDivide(Number(event.currentTarget.value));
          }}
        />
      </div>
      <Group justify="center" gap="xs">
        <Button size="xs" variant="default" leftSection={<IconArrowsExchange size={16} />} onClick={onSwap}>
          {t('compare.swap')}
        </Button>
        <Button size="xs" variant="default" leftSection={<IconX size={16} />} onClick={onClose}>
          {t('compare.close')}
        </Button>
      </Group>
    </div>
  );
}
