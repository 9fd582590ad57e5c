"use client";
import { BaseEdge, type Edge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { edgePath, type Lane } from "./edge-path";
import type { Direction } from "./lay-out-graph";

export type TaskEdge = Edge<{ readonly lanes: readonly Lane[]; readonly direction: Direction }, "task">;

/** An arrow from the task that gives to the task that reads, around what stands between them. */
export const TaskEdgeView = memo(function TaskEdgeView({
  sourceX,
  sourceY,
  targetX,
  targetY,
  data,
  style,
  label,
  labelStyle,
  labelBgStyle,
  labelBgPadding,
}: EdgeProps<TaskEdge>) {
  const { lanes = [], direction = "down" } = data ?? {};
  // Its names stand in its first bend.
  const start = lanes[0]?.to ?? { x: sourceX, y: sourceY };
  const end = lanes[1]?.from ?? { x: targetX, y: targetY };
  return (
    <BaseEdge
      path={edgePath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, lanes, direction)}
      labelX={(start.x + end.x) / 2}
      labelY={(start.y + end.y) / 2}
      {...(style ? { style } : {})}
      {...(label === undefined ? {} : { label })}
      {...(labelStyle ? { labelStyle } : {})}
      {...(labelBgStyle ? { labelBgStyle } : {})}
      {...(labelBgPadding ? { labelBgPadding } : {})}
    />
  );
});
