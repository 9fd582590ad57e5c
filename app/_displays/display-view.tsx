"use client";
/**
 * Draws what a task showed (pipelines/protocol/display.ts): one component for each kind. HTML of user code is never put
 * into the page: it is drawn by the server's sealed route, in a frame without our origin.
 */
import type { Display } from "@/pipelines/protocol/display";
import { useMemo, useState } from "react";
import { ChartFigure } from "./chart-figure";
import styles from "./displays.module.css";
import { MarkdownText } from "./markdown-text";
import { TableDisplay } from "./table-display";
import { TreeDisplay } from "./tree-display";

/** As many lines as the frame shows at once. */
const fewestFolded = 23;

export interface DisplayViewProps {
  readonly display: Display;
  /** Which display this is: where the sealed frame finds its HTML. */
  readonly source: { readonly taskRunId: string; readonly index: number };
  /** When it is a look into a stored value: which one. */
  readonly value?: { readonly name: string; readonly index?: number | undefined } | undefined;
}

export function DisplayView({ display, source, value }: DisplayViewProps) {
  switch (display.type) {
    case "table":
      return <TableDisplay table={display} {...placeOf(display.stored, source.taskRunId, value)} />;
    case "tree":
      return <TreeDisplay tree={display} />;
    case "text":
      return <TextDisplay text={display.text} cut={display.cut} />;
    case "markdown":
      return <MarkdownText text={display.text} />;
    case "chart":
      return <ChartFigure chart={display} />;
    case "image":
      // eslint-disable-next-line @next/next/no-img-element -- bytes are already here
      return <img className={styles.image} src={`data:${display.mediaType};base64,${display.base64}`} alt="Picture made by the task" />;
    case "html":
      return (
        <iframe
          className={styles.html}
          sandbox="allow-scripts"
          src={`/api/displays/${source.taskRunId}/${source.index}`}
          title="Output of the task"
          loading="lazy"
        />
      );
    default:
      return display satisfies never;
  }
}

function placeOf(stored: string | undefined, taskRunId: string, value: DisplayViewProps["value"]) {
  if (value) return { place: { taskRunId, ...value }, label: value.name };
  return stored === undefined ? {} : { place: { taskRunId, name: stored } };
}

/** A long text begins small; all of it is a click away. */
function TextDisplay({ text, cut }: { readonly text: string; readonly cut: boolean }) {
  const [whole, setWhole] = useState(false);
  const lines = useMemo(() => text.split("\n").length, [text]);
  return (
    <>
      <pre className={styles.text} data-whole={whole || undefined}>
        {text}
      </pre>
      {lines > fewestFolded && (
        <button type="button" className={styles.more} aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : `Show all ${lines.toLocaleString("en-US")} lines`}
        </button>
      )}
      {cut && <Cut>The text was longer: only its beginning was kept.</Cut>}
    </>
  );
}

export function Cut({ children }: { readonly children: string }) {
  return <p className={styles.foot}>{children}</p>;
}
