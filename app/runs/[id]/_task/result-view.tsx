"use client";
import { DisplayView } from "../../../_displays/display-view";
import type { TaskRunDetail } from "../../../_trpc/outputs";
import { Chip } from "../../../_ui/chip";
import { formatBytes } from "../../../_ui/format-number";
import styles from "./task.module.css";
import { ValueView } from "./value-view";

/** What the task showed, gave and kept. */
export function ResultView({ detail }: { readonly detail: TaskRunDetail }) {
  const { displays, outputs, artifacts } = detail;
  if (displays.length + outputs.length + artifacts.length === 0) {
    return (
      <p className={styles.pad}>
        {detail.finishedAt === undefined
          ? "What the cell shows and gives to others stands here when it is done."
          : detail.status === "succeeded" || detail.status === "cached"
            ? "It showed nothing, and no other cell reads a value of it."
            : "It ended before it gave anything."}
      </p>
    );
  }
  return (
    <div className={styles.pad}>
      {displays.map((display, index) => (
        <div key={index} className={styles.display}>
          <DisplayView display={display} source={{ taskRunId: detail.id, index }} />
        </div>
      ))}
      {outputs.map((output) => (
        <ValueView
          key={output.name}
          name={output.name}
          value={output.value}
          taskRunId={detail.id}
          open={displays.length === 0 && outputs.length === 1}
        />
      ))}
      {artifacts.length > 0 && (
        <ul className={styles.artifacts} aria-label="Artifacts">
          {artifacts.map((artifact, i) => (
            <li key={i}>
              <strong>{artifact.name}</strong> <Chip>{artifact.type}</Chip>{" "}
              <span className={styles.quiet}>
                {artifact.value.summary}, {formatBytes(artifact.value.bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
