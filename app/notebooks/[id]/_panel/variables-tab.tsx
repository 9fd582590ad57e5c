"use client";
import type { Task } from "@/pipelines/compile/dag";
import type { CellView } from "../_runs/cell-view";
import { useEditor } from "../editor-context";
import styles from "./side-panel.module.css";

/** Every value that travels: what it was in the last run, where it is made, who reads it. */
export function VariablesTab({
  tasks,
  views,
  types,
  inlay,
  onInlay,
}: {
  readonly tasks: readonly Task[];
  readonly views: ReadonlyMap<string, CellView>;
  readonly types: ReadonlyMap<string, string>;
  /** Implied types are shown in the text of the cells. */
  readonly inlay: boolean;
  readonly onInlay: (inlay: boolean) => void;
}) {
  const editor = useEditor();
  const variables = tasks.flatMap((task) =>
    task.outputs.map((name) => ({
      name,
      task,
      summary: views.get(task.key)?.result?.outputs.find((output) => output.name === name)?.summary,
      readers: tasks.filter((each) => each.needs.some((need) => need.task === task.key && need.names.includes(name))),
    })),
  );
  if (variables.length === 0)
    return <p className={styles.word}>No variable travels between cells yet. Define one in a cell and read it in another.</p>;
  return (
    <>
      <label className={styles.choice}>
        <input type="checkbox" checked={inlay} onChange={(event) => onInlay(event.target.checked)} /> Show implied types in the code
      </label>
      <ul className={styles.list}>
        {variables
          .toSorted((a, b) => a.name.localeCompare(b.name))
          .map(({ name, task, summary, readers }) => (
            <li key={`${task.key} ${name}`} className={styles.variable}>
              <code>{name}</code>
              <span className={styles.summary}>{summary ?? "not computed yet"}</span>
              {types.has(name) && (
                <code className={styles.type} title={types.get(name)}>
                  {types.get(name)}
                </code>
              )}
              <div className={styles.uses}>
                <span>
                  from{" "}
                  <button type="button" onClick={() => editor.jump(task.cell)}>
                    {task.title || task.key}
                  </button>
                </span>
                {readers.length > 0 && (
                  <span>
                    read by{" "}
                    {readers.map((reader, index) => (
                      <span key={reader.key}>
                        {index > 0 && ", "}
                        <button type="button" onClick={() => editor.jump(reader.cell)}>
                          {reader.title || reader.key}
                        </button>
                      </span>
                    ))}
                  </span>
                )}
              </div>
            </li>
          ))}
      </ul>
    </>
  );
}
