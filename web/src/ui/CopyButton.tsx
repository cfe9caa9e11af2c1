import { notifications } from '@mantine/notifications';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from './copyText';

const COPIED_FOR = 1500;

type Props = {
  value: string;
  /** What is pressed; `copied` for a moment after that. */
  children: (state: { copied: boolean; copy: () => void }) => ReactNode;
};

/** Copies a text, also on a page without https, and says when that does not work. */
export function CopyButton({ value, children }: Props) {
  const { t } = useTranslation();
  /** How often it was copied of late. */
  const [copies, setCopies] = useState(0);
  useEffect(() => {
    if (copies === 0) return;
    const timer = setTimeout(() => {
      setCopies(0);
    }, COPIED_FOR);
    return () => {
      clearTimeout(timer);
    };
  }, [copies]);
  const copy = async () => {
    if (await copyText(value)) setCopies((before) => before + 1);
    else notifications.show({ color: 'red', title: t('app.copyFailed'), message: t('app.copyFailedHint') });
  };
  return children({ copied: copies > 0, copy: () => void copy() });
}
