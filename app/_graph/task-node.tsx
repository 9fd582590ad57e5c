"use client";
import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { Layers, SquareStack } from "lucide-react";
import { memo } from "react";
import { classNames } from "../_ui/class-names";
import { StateIcon } from "../_ui/state-icon";
import { stateWords } from "../_ui/state-words";
import { Tooltip } from "../_ui/tooltip";
import type { GraphState } from "./graph-task";
import type { Direction } from "./lay-out-graph";
import styles from "./task-graph.module.css";

export type TaskNode = Node<
  {
    readonly title: string;
    readonly state: GraphState | undefined;
    /** Lines of names with their types, for whoever points at it. */
    readonly gives?: string | undefined;
    readonly direction: Direction;
    /** How it stands to the task under the pointer. */
    readonly relation: "none" | "near" | "far";
    readonly current: boolean;
    /** Whether it flows into the task that one is in, or that one flows into it. */
    readonly flow: "in" | "out" | undefined;
    readonly onSelect: () => void;
  },
  "task"
>;

export const TaskNodeView = memo(function TaskNodeView({ data }: NodeProps<TaskNode>) {
  const { title, state, gives, direction, relation, current, flow, onSelect } = data;
  const down = direction === "down";
  const words = [
    title,
    state?.state && stateWords[state.state],
    state?.stale && "out of date",
    state?.broken && "has an error",
    state?.note,
    state?.calls,
  ]
    .filter(Boolean)
    .join(", ");
  const button = (
    <button
      type="button"
      onClick={onSelect}
      aria-label={words}
      aria-current={current}
      data-flow-node={flow}
      title={state?.hint === undefined ? [words, gives].filter(Boolean).join("\n") : undefined}
      className={classNames(
        styles.node,
        state?.stale && styles.stale,
        state?.broken && styles.broken,
        current && styles.selected,
        relation === "near" && styles.near,
        relation === "far" && styles.far,
      )}
    >
      {state?.state ? <StateIcon state={state.state} label="" /> : <span className={styles.none} />}
      <span className={styles.title}>{title}</span>
      {state?.mapped && state.note === undefined && <Layers size={12} className={styles.note} aria-label="once per element" />}
      {state?.calls !== undefined && <SquareStack size={12} className={styles.note} aria-label={state.calls} data-calls />}
      {state?.note !== undefined && <span className={styles.note}>{state.note}</span>}
    </button>
  );
  return (
    <>
      <Handle type="target" position={down ? Position.Top : Position.Left} isConnectable={false} />
      {state?.hint === undefined ? button : <Tooltip text={state.hint}>{button}</Tooltip>}
      <Handle type="source" position={down ? Position.Bottom : Position.Right} isConnectable={false} />
    </>
  );
});
