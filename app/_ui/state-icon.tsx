/** One icon for one state, by colour and by shape, wherever a state is shown. */
import type { ReactNode } from "react";
import { classNames } from "./class-names";
import styles from "./state-icon.module.css";
import { stateShapes } from "./state-shapes";
import { stateColours, stateWords, type State } from "./state-words";

export function StateIcon({
  state,
  size = 14,
  label,
}: {
  readonly state: State;
  readonly size?: number;
  /** Overrides the state's word; "" when the word stands beside it. */
  readonly label?: string;
}) {
  const name = label ?? stateWords[state];
  const turning = state === "running" || state === "launching";
  return (
    <svg
      className={classNames(styles.icon, turning && styles.turning)}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      style={{ color: stateColours[state] }}
      data-state-icon={state}
      {...(name === "" ? { "aria-hidden": true } : { role: "img", "aria-label": name })}
    >
      {name !== "" && <title>{name}</title>}
      {stateShapes[state].map((shape) => (
        <path key={shape.d} d={shape.d} className={classNames(shape.fill && styles.fill, shape.dashed && styles.dashed)} />
      ))}
    </svg>
  );
}

/** Icon and word. `children` replaces the word ("Failed in 3 s"). */
export function StateLabel({ state, children }: { readonly state: State; readonly children?: ReactNode }) {
  return (
    <span className={styles.label}>
      <StateIcon state={state} label="" />
      <span style={{ color: stateColours[state] }}>{children ?? stateWords[state]}</span>
    </span>
  );
}

/** A row of icons, oldest left: the health of something at a glance. */
export function StateStrip({ children }: { readonly children: ReactNode }) {
  return <span className={styles.strip}>{children}</span>;
}
