import classes from './ProgressBar.module.css';

/** `fraction` from 0 to 1; `null` while nobody knows. `text` is what a screen reader says. */
export function ProgressBar({ label, fraction, text }: { label: string; fraction: number | null; text: string }) {
  const percent = fraction === null ? null : Math.round(fraction * 100);
  return (
    <div
      className={classes.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      aria-valuetext={text}
    >
      <span className={classes.bar} data-unknown={percent === null || undefined} style={{ width: `${percent ?? 100}%` }} />
    </div>
  );
}
