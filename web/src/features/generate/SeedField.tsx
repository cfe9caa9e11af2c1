import { NumberInput, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { MAX_SEED } from '@/api/rules';
import classes from './SeedField.module.css';
import { isSeed } from './settings';

type Props = { seed: number; random: boolean; onChange: (change: { seed?: number; randomSeed?: boolean }) => void };

/** The number that decides the noise a picture starts from; the same seed and settings give the same picture. */
export function SeedField({ seed, random, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={t('generate.seed')} className={classes.root}>
      <NumberInput
        label={t('generate.seed')}
        value={seed}
        min={0}
        max={MAX_SEED}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        hideControls
        disabled={random}
        error={random || isSeed(seed) ? null : t('generate.seedInvalid')}
        onChange={(value) => {
          onChange({ seed: typeof value === 'number' ? value : -1 });
        }}
      />
      <div className={classes.toggle}>
        <Switch
          label={t('generate.randomSeed')}
          checked={random}
          onChange={(event) => {
            onChange({ randomSeed: event.currentTarget.checked });
          }}
        />
        <Text size="xs" c="dimmed">
          {t('generate.randomSeedHint')}
        </Text>
      </div>
    </div>
  );
}
