import { cssColour, runColour } from "../_charts/run-colour";
import styles from "./run-number.module.css";

/** `#12` with the colour that the run has on every chart. */
export function RunNumber({ number }: { readonly number: number }) {
  return (
    <span className={styles.number}>
      <span className={styles.swatch} style={{ background: cssColour(runColour(number)) }} aria-hidden />#{number}
    </span>
  );
}
