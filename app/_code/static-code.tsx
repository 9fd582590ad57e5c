"use client";
/** Code that is read, not edited, or not edited yet: has the size and looks of the editor that may take its place. */
import { memo, useMemo, type PointerEventHandler } from "react";
import "./code.css";
import { highlightToHtml } from "./highlight-code";

export const StaticCode = memo(function StaticCode({
  text,
  language = "typescript",
  firstLine = 1,
  numbers = true,
  coloured = true,
  onPointerDown,
}: {
  readonly text: string;
  readonly language?: "typescript" | "plain";
  readonly firstLine?: number;
  readonly numbers?: boolean;
  /** False for what nobody sees yet: colouring is most of the cost. */
  readonly coloured?: boolean;
  readonly onPointerDown?: PointerEventHandler;
}) {
  // A last empty line needs something in it to have a height.
  const html = useMemo(() => (coloured && language === "typescript" ? highlightToHtml(text) : undefined), [text, language, coloured]);
  const lines = useMemo(
    () =>
      text
        .split("\n")
        .map((_, index) => firstLine + index)
        .join("\n"),
    [text, firstLine],
  );
  const tail = text === "" || text.endsWith("\n") ? "\u200b" : "";
  return (
    <div
      className={language === "plain" ? "static-code wrapped" : "static-code"}
      style={language === "plain" ? undefined : { containIntrinsicBlockSize: `auto ${text.split("\n").length * 20 + 16}px` }}
      onPointerDown={onPointerDown}
    >
      {numbers && (
        <pre className="static-code-numbers" aria-hidden>
          {lines}
        </pre>
      )}
      {html === undefined ? (
        <pre className="static-code-text">{text + tail}</pre>
      ) : (
        <pre className="static-code-text" dangerouslySetInnerHTML={{ __html: html + tail }} />
      )}
    </div>
  );
});
