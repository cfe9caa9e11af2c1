import { IconPhotoOff } from '@tabler/icons-react';
import { type ReactEventHandler, useState } from 'react';
import classes from './Picture.module.css';

type Props = { src: string; alt: string; fit?: 'cover' | 'contain'; brokenLabel: string; lazy?: boolean };

/** An image that fades in over a quiet background and says so when it cannot be shown. */
export function Picture({ src, alt, fit = 'cover', brokenLabel, lazy = false }: Props) {
  const [state, setState] = useState<{ src: string; is: 'loaded' | 'broken' } | null>(null);
  const is = state?.src === src ? state.is : 'loading';
  const loaded: ReactEventHandler = () => {
    setState({ src, is: 'loaded' });
  };
  if (is === 'broken') {
    return (
      <span className={classes.broken} role="img" aria-label={brokenLabel} title={brokenLabel}>
        <IconPhotoOff aria-hidden="true" />
      </span>
    );
  }
  return (
    <img
      className={classes.image}
      data-state={is}
      style={{ objectFit: fit }}
      src={src}
      alt={alt}
      loading={lazy ? 'lazy' : 'eager'}
      decoding="async"
      draggable={false}
      onLoad={loaded}
      onError={() => {
        setState({ src, is: 'broken' });
      }}
    />
  );
}
