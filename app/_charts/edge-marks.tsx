"use client";
import { memo } from "react";
import { markWords } from "./hover-card";
import { toPixelX, type PlotArea } from "./plot-area";
import type { EdgeMark, Line, LineModel } from "./prepare-lines";
import { cssColour } from "./run-colour";

/** Marks nearer than this are one: a thousand NaNs need no thousand triangles. */
const apart = 6;

export const EdgeMarks = memo(function EdgeMarks({ model, area }: { readonly model: LineModel; readonly area: PlotArea }) {
  return (
    <>
      {model.lines.flatMap((line) =>
        visibleMarks(line, model, area).map(({ mark, x }) => (
          <path
            key={`${line.id} ${mark.edge} ${mark.value} ${x}`}
            d={shape(mark, x, mark.edge === "top" ? area.top : area.height - area.bottom)}
            fill="none"
            stroke={cssColour(line.style.colour)}
            strokeWidth={1.75}
          >
            <title>{`${line.label}: ${markWords[mark.value]}`}</title>
          </path>
        )),
      )}
    </>
  );
});

function visibleMarks(line: Line, model: LineModel, area: PlotArea): { readonly mark: EdgeMark; readonly x: number }[] {
  const lastAt = new Map<string, number>();
  return line.marks.flatMap((mark) => {
    if (mark.x < model.x[0] || mark.x > model.x[1]) return [];
    const x = toPixelX(area, model.x, mark.x);
    const key = `${mark.edge} ${mark.value}`;
    if (x - (lastAt.get(key) ?? -Infinity) < apart) return [];
    lastAt.set(key, x);
    return [{ mark, x }];
  });
}

/** A cross for NaN, an arrow beyond the edge for what lies there. */
function shape(mark: EdgeMark, x: number, edge: number): string {
  if (mark.value === "NaN") return `M${x - 3} ${edge - 8}l6 6m0 -6l-6 6`;
  return mark.edge === "top" ? `M${x - 4} ${edge + 6}l4 -5l4 5` : `M${x - 4} ${edge - 6}l4 5l4 -5`;
}
