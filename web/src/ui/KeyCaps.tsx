import { Kbd } from '@mantine/core';
import classes from './KeyCaps.module.css';

/** A combination of keys, one cap each. */
export function KeyCaps({ caps }: { caps: readonly string[] }) {
  return (
    <span className={classes.caps}>
      {caps.map((cap, index) => (
        <Kbd key={index} size="xs">
          {cap}
        </Kbd>
      ))}
    </span>
  );
}
