import styles from "./pools.module.css";

const mostMarks = 24;

/** "2 of 3 places taken", with a mark for each where there are not too many. */
export function PlaceMeter({
  size,
  taken,
  unit,
}: {
  readonly size: number | undefined;
  readonly taken: number | undefined;
  readonly unit: string;
}) {
  if (size === undefined) {
    return (
      <span className={styles.quiet}>
        {taken === undefined ? "as many as the workers have room for" : `${taken} running, no limit at once`}
      </span>
    );
  }
  const has = taken ?? 0;
  return (
    <span className={styles.meter}>
      {size <= mostMarks && (
        <span className={styles.marks} aria-hidden>
          {Array.from({ length: size }, (_, index) => (
            <span key={index} className={index < has ? styles.full : styles.free} />
          ))}
        </span>
      )}
      <span>
        {has} of {size} {size === 1 ? unit : `${unit}s`} taken
      </span>
    </span>
  );
}
