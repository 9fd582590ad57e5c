"use client";
/** Every value that travels: type, size, what it was in the last run, where it is made, who reads it. */
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { Task } from "@/pipelines/compile/dag";
import { DisplayView } from "../../../_displays/display-view";
import { useTRPC } from "../../../_trpc/client";
import { Input } from "../../../_ui/field";
import { formatBytes } from "../../../_ui/format-number";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import type { CellView } from "../_runs/cell-view";
import { useEditor } from "../editor-context";
import styles from "./side-panel.module.css";

interface Variable {
  readonly name: string;
  readonly task: Task;
  readonly output: { readonly summary: string; readonly bytes: number | undefined } | undefined;
  /** Of the task run whose value it is. */
  readonly taskRunId: string | undefined;
  readonly readers: readonly Task[];
}

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
  const [query, setQuery] = useState("");
  const variables = useMemo(() => toVariables(tasks, views), [tasks, views]);
  const words = query.trim().toLowerCase();
  const shown = variables.filter(
    ({ name, task }) =>
      words === "" ||
      name.toLowerCase().includes(words) ||
      (types.get(name) ?? "").toLowerCase().includes(words) ||
      (task.title || task.key).toLowerCase().includes(words),
  );
  return (
    <>
      <label className={styles.choice}>
        <input type="checkbox" checked={inlay} onChange={(event) => onInlay(event.target.checked)} /> Show implied types in the code
      </label>
      {variables.length === 0 ? (
        <p className={styles.word}>No variable travels between cells yet. Define one in a cell and read it in another.</p>
      ) : (
        <>
          {variables.length > 8 && (
            <div className={styles.filter}>
              <Input
                type="search"
                aria-label="Find a variable"
                placeholder="Name, type or cell…"
                value={query}
                onChange={(event) => setQuery(event.target.value)}
              />
            </div>
          )}
          {shown.length === 0 && <p className={styles.word}>No variable is called so.</p>}
          <ul className={styles.list} aria-label="Variables">
            {shown.map((variable) => (
              <VariableRow key={`${variable.task.key} ${variable.name}`} variable={variable} type={types.get(variable.name)} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function VariableRow({ variable, type }: { readonly variable: Variable; readonly type: string | undefined }) {
  const editor = useEditor();
  const [open, setOpen] = useState(false);
  const { name, task, output, taskRunId, readers } = variable;
  return (
    <li className={styles.variable}>
      <div className={styles.variableHead}>
        <button
          type="button"
          className={styles.twist}
          aria-expanded={open}
          disabled={output === undefined}
          aria-label={`${open ? "Hide" : "Show"} the value of ${name}`}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={14} aria-hidden />
        </button>
        <button type="button" className={styles.name} title="Go to its cell" onClick={() => editor.jump(task.cell)}>
          <code>{name}</code>
        </button>
        <span className={styles.summary}>{output?.summary ?? "not computed yet"}</span>
        {output?.bytes !== undefined && <span className={styles.bytes}>{formatBytes(output.bytes)}</span>}
      </div>
      {type !== undefined && (
        <code className={styles.type} title={type}>
          {type}
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
      {open && taskRunId !== undefined && <VariableValue taskRunId={taskRunId} name={name} />}
    </li>
  );
}

function VariableValue({ taskRunId, name }: { readonly taskRunId: string; readonly name: string }) {
  const trpc = useTRPC();
  const value = useQuery(trpc.run.preview.queryOptions({ taskRunId, name }, { staleTime: Infinity }));
  if (value.error) return <ErrorNotice doing={`show ${name}`} error={value.error} onRetry={() => void value.refetch()} />;
  if (!value.data) return <Skeleton height={48} />;
  return (
    <div className={styles.value}>
      {value.data.preview ? (
        <DisplayView display={value.data.preview} source={{ taskRunId, index: 0 }} />
      ) : (
        <p className={styles.bytes}>{value.data.summary}</p>
      )}
    </div>
  );
}

function toVariables(tasks: readonly Task[], views: ReadonlyMap<string, CellView>): readonly Variable[] {
  const readers = new Map<string, Task[]>();
  for (const task of tasks)
    for (const need of task.needs)
      for (const name of need.names) {
        const key = `${need.task} ${name}`;
        const list = readers.get(key);
        if (list) list.push(task);
        else readers.set(key, [task]);
      }
  return tasks
    .flatMap((task) =>
      task.outputs.map((name): Variable => {
        const result = views.get(task.key)?.result;
        const output = result?.outputs.find((one) => one.name === name);
        return { name, task, output, taskRunId: output && result?.taskRun.id, readers: readers.get(`${task.key} ${name}`) ?? [] };
      }),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}
