import { ActionIcon, NumberInput, Tooltip } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { SIDE } from '@/api/rules';
import { type Aspect, aspectOf, ASPECTS, isSide, ratioOf, type Size, sizeFor } from './aspect';
import classes from './SizeField.module.css';

type Props = { size: Size; area: number; onChange: (size: Size) => void };

/** Shape first, exact pixels for those who want them. */
export function SizeField({ size, area, onChange }: Props) {
  const { t } = useTranslation();
  const current = aspectOf(size);
  const side = (name: 'width' | 'height') => (
    <NumberInput
      aria-label={t(`generate.${name}`)}
      leftSection={<span aria-hidden="true">{t(`generate.${name}`).charAt(0)}</span>}
      suffix=" px"
      value={size[name]}
      min={SIDE.min}
      max={SIDE.max}
      step={SIDE.step}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      error={isSide(size[name]) ? null : t('generate.sideInvalid')}
      onChange={(value) => {
        onChange({ ...size, [name]: typeof value === 'number' ? value : 0 });
      }}
    />
  );
  return (
    <div role="group" aria-label={t('generate.size')}>
      <div role="radiogroup" aria-label={t('generate.aspect')} className={classes.aspects}>
        {ASPECTS.map((aspect) => (
          <label key={aspect} className={classes.aspect}>
            <input
              type="radio"
              name="aspect"
              checked={aspect === current}
              onChange={() => {
                onChange(sizeFor(aspect, area));
              }}
            />
            <span className={classes.box}>
              <span className={classes.shape} style={shape(aspect)} aria-hidden="true" />
            </span>
            <span className={classes.name}>{aspect}</span>
          </label>
        ))}
      </div>
      <div className={classes.sides}>
        {side('width')}
        <Tooltip label={t('generate.swap')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('generate.swap')}
            onClick={() => {
              onChange({ width: size.height, height: size.width });
            }}
          >
            <IconArrowsLeftRight size={18} />
          </ActionIcon>
        </Tooltip>
        {side('height')}
      </div>
    </div>
  );
}

function shape(aspect: Aspect) {
  const ratio = ratioOf(aspect);
  const longest = 18;
  return { width: ratio >= 1 ? longest : longest * ratio, height: ratio >= 1 ? longest / ratio : longest };
}
