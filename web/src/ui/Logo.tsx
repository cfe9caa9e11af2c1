import classes from './Logo.module.css';

/** The mark: an open aperture with a warm core. Decorative; the name beside it is the text. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg className={classes.mark} width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" className={classes.plate} />
      <g fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round">
        <path d="M16 7a9 9 0 0 1 8.4 5.8" />
        <path d="M24.6 18.7A9 9 0 0 1 9 21.7" />
        <path d="M7.2 17.6A9 9 0 0 1 11 8.6" />
      </g>
      <circle cx="16" cy="16" r="3.2" fill="#ffd9a0" />
    </svg>
  );
}

/** `shrinks`: on a phone the mark alone has to do. */
export function Logo({ name, shrinks = false }: { name: string; shrinks?: boolean }) {
  return (
    <span className={classes.logo}>
      <Mark />
      <span className={classes.name} data-shrinks={shrinks || undefined}>
        {name}
      </span>
    </span>
  );
}
