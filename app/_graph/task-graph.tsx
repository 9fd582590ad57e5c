"use client";
/**
 * The DAG, live: the outline of a notebook and of a run. A click selects, hover lights up what flows in and out.
 * Loaded by lazy-task-graph.tsx only; neighbours: lay-out-graph.ts (places), task-node.tsx (one task), task-edge.tsx (one arrow).
 */
import { Background, BackgroundVariant, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { Maximize, Minus, Plus } from "lucide-react";
import { memo, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { IconButton } from "../_ui/button";
import { findRelatives } from "./find-relatives";
import type { GraphState, GraphTask } from "./graph-task";
import { edgeId, fitGraph, layOutInRoom, nodeHeight, wantedWidth, type Direction } from "./lay-out-graph";
import { TaskEdgeView, type TaskEdge } from "./task-edge";
import styles from "./task-graph.module.css";
import { TaskNodeView, type TaskNode } from "./task-node";

/** Of the mark of a task that runs other notebooks. */
const markWidth = 24;

export interface TaskGraphProps {
  readonly tasks: readonly GraphTask[];
  readonly states: ReadonlyMap<string, GraphState>;
  /** Of the values on the arrows, by name, where they are known. */
  readonly types?: ReadonlyMap<string, string>;
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
  readonly direction?: Direction;
}

export const TaskGraph = memo(function TaskGraph(props: TaskGraphProps) {
  if (props.tasks.length === 0)
    return (
      <p className={styles.empty}>
        No task yet. Each code cell that computes something becomes a box here, with an arrow from every cell it reads.
      </p>
    );
  return (
    <div className={styles.graph}>
      <ReactFlowProvider>
        <Flow {...props} />
      </ReactFlowProvider>
    </div>
  );
});

const nodeTypes = { task: TaskNodeView };
const edgeTypes = { task: TaskEdgeView };

/** What other tasks read of a task, with types. */
function givesOf(tasks: readonly GraphTask[], key: string, types: ReadonlyMap<string, string>): string {
  const names = new Set(tasks.flatMap(({ needs }) => needs.filter((need) => need.task === key).flatMap((need) => need.names)));
  return [...names].flatMap((name) => (types.has(name) ? `${name}: ${types.get(name)}` : [])).join("\n");
}

/** Names with their types as far as there is room for them. */
function labelOf(names: readonly string[], types: ReadonlyMap<string, string> | undefined): string {
  const room = Math.floor(56 / Math.min(names.length, 3));
  const words = names.slice(0, 3).map((name) => {
    const type = types?.get(name);
    if (type === undefined || name.length + 8 > room) return name;
    const both = `${name}: ${type}`;
    return both.length > room ? `${both.slice(0, room - 1)}…` : both;
  });
  return words.join(", ") + (names.length > 3 ? ", …" : "");
}

function Flow({ tasks, states, types, selected, onSelect, direction = "down" }: TaskGraphProps) {
  const flow = useReactFlow();
  const [hovered, setHovered] = useState<string>();
  const widthOf = ({ key, title }: GraphTask) => {
    const state = states.get(key);
    return wantedWidth(title || key, state?.mapped === true, direction) + (state?.calls === undefined ? 0 : markWidth);
  };
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  // Much changes while one types; places depend on the shape alone.
  const shape = JSON.stringify([direction, tasks.map((task) => [task.key, widthOf(task), task.needs.map((need) => need.task)])]);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` says all that matters of `tasks`
  const { places, lanes } = useMemo(() => layOutInRoom(tasks, direction, widthOf, width), [shape, width]);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const relatives = useMemo(() => (hovered === undefined ? undefined : findRelatives(tasks, hovered)), [shape, hovered]);
  const isNear = (key: string) => hovered === key || relatives?.upstream.has(key) === true || relatives?.downstream.has(key) === true;
  // Of the task that one is in; the others stay as they are.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const own = useMemo(() => (selected === undefined ? undefined : findRelatives(tasks, selected)), [shape, selected]);
  const flowOf = (key: string) => (own?.upstream.has(key) ? "in" : own?.downstream.has(key) ? "out" : undefined);
  const isOwn = (key: string) => key === selected || flowOf(key) !== undefined;
  const isOwnArrow = (from: string, to: string) =>
    own !== undefined && isOwn(from) && isOwn(to) && (to === selected || from === selected || flowOf(from) === flowOf(to));

  const nodes: TaskNode[] = tasks.map((task) => ({
    id: task.key,
    type: "task",
    position: places.get(task.key) ?? { x: 0, y: 0 },
    width: places.get(task.key)?.width ?? 136,
    height: nodeHeight,
    data: {
      title: task.title || task.key,
      state: states.get(task.key),
      gives: types && givesOf(tasks, task.key, types),
      direction,
      relation: relatives === undefined ? "none" : isNear(task.key) ? "near" : "far",
      current: selected === task.key,
      flow: flowOf(task.key),
      onSelect: () => onSelect(task.key),
    },
  }));
  const touching = tasks.reduce((sum, task) => sum + task.needs.filter((need) => hovered === need.task || hovered === task.key).length, 0);
  const edges: TaskEdge[] = tasks.flatMap((task) =>
    task.needs
      .filter((need) => places.has(need.task))
      .map((need) => {
        const lit = relatives !== undefined && isNear(need.task) && isNear(task.key);
        const touches = hovered === need.task || hovered === task.key;
        return {
          id: edgeId(need.task, task.key),
          type: "task" as const,
          data: { lanes: lanes.get(edgeId(need.task, task.key)) ?? [], direction },
          source: need.task,
          target: task.key,
          focusable: false,
          ...(need.names.length === 0 ? { style: { strokeDasharray: "4 3" } } : {}),
          ...(relatives === undefined && isOwnArrow(need.task, task.key) ? { style: { stroke: "var(--accent)", strokeWidth: 1.5 } } : {}),
          ...(lit ? { style: { stroke: "var(--accent)", strokeWidth: 1.75 } } : relatives ? { style: { opacity: 0.3 } } : {}),
          ...(touches && need.names.length > 0
            ? {
                // Several arrows leave no room for more than names.
                label: labelOf(need.names, touching === 1 ? types : undefined),
                labelStyle: { fill: "var(--text)", fontFamily: "var(--mono)", fontSize: 11 },
                labelBgStyle: { fill: "var(--surface)" },
                labelBgPadding: [4, 2] as [number, number],
              }
            : {}),
        };
      }),
  );

  const fitted = useRef(false);
  const fit = (duration: number) => void flow.setViewport(fitGraph(places, direction, width, height), { duration });
  const fitAfterChange = useEffectEvent(fit);
  useEffect(() => {
    if (width === 0) return;
    fitAfterChange(fitted.current && !matchMedia("(prefers-reduced-motion: reduce)").matches ? 150 : 0);
    fitted.current = true;
  }, [places, width, height]);

  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      onlyRenderVisibleElements={tasks.length > 150}
      minZoom={0.1}
      maxZoom={1.5}
      onNodeMouseEnter={(_, node) => setHovered(node.id)}
      onNodeMouseLeave={() => setHovered(undefined)}
      aria-label="Graph of tasks"
    >
      <Background variant={BackgroundVariant.Dots} gap={16} size={1} color="var(--line)" />
      <Panel position="bottom-right" className={styles.controls}>
        <IconButton small label="Closer" onClick={() => void flow.zoomIn({ duration: 120 })}>
          <Plus size={14} />
        </IconButton>
        <IconButton small label="Farther" onClick={() => void flow.zoomOut({ duration: 120 })}>
          <Minus size={14} />
        </IconButton>
        <IconButton small label="All of it" onClick={() => fit(120)}>
          <Maximize size={14} />
        </IconButton>
      </Panel>
    </ReactFlow>
  );
}
