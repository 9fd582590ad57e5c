import { cssColour, type LineStyle } from "./run-colour";

/** A short piece of a line, in its colour and dash: how a legend or a run list names it. */
export function LineSample({ style, hidden = false }: { readonly style: LineStyle; readonly hidden?: boolean }) {
  return (
    <svg width={16} height={8} aria-hidden style={{ opacity: hidden ? 0.35 : 1 }}>
      <line
        x1={0}
        x2={16}
        y1={4}
        y2={4}
        stroke={cssColour(style.colour)}
        strokeWidth={3}
        strokeDasharray={style.dash.map((n) => n * 0.75).join(" ")}
      />
    </svg>
  );
}
