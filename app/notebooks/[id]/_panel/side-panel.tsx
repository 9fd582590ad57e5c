"use client";
/** Beside the cells: the graph, the outline, the variables, the problems, the parameters, packages, files, scratch cells, the comments. */
import dynamic from "next/dynamic";
import { memo, type ReactNode } from "react";
import type { Compilation, Task } from "@/pipelines/compile/dag";
import type { Cell } from "@/pipelines/notebook/notebook";
import type { GraphState } from "../../../_graph/graph-task";
import { LazyTaskGraph } from "../../../_graph/lazy-task-graph";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import { Skeleton } from "../../../_ui/notice";
import { TabPanel, Tabs } from "../../../_ui/tabs";
import { LazyPackagesTab } from "../_environment/lazy-packages-tab";
import { ParamsForm } from "../_params/params-form";
import type { ParamValues } from "../_params/use-param-values";
import type { CellView } from "../_runs/cell-view";
import type { PanelTab } from "./panel-tabs";
import styles from "./side-panel.module.css";
import type { ScratchParts } from "./scratch-tab";

/** What is not open is not downloaded. */
const OutlineTab = dynamic(() => import("./outline-tab").then((module) => module.OutlineTab), { ssr: false });
const ProblemsTab = dynamic(() => import("./problems-tab").then((module) => module.ProblemsTab), { ssr: false });
const ScratchTab = dynamic(() => import("./scratch-tab").then((module) => module.ScratchTab), { ssr: false });
const VariablesTab = dynamic(() => import("./variables-tab").then((module) => module.VariablesTab), { ssr: false });
// Whoever looks at no file loads nothing for it.
const FilesTab = dynamic(() => import("../_files/files-tab").then((module) => module.FilesTab), {
  ssr: false,
  loading: () => <Skeleton height={120} />,
});
const noTasks: readonly Task[] = [];

/** Drawn again when one of these changes, not with every letter that is typed beside it. */
export const SidePanel = memo(function SidePanel({
  tab,
  onTab,
  compilation,
  problems,
  types,
  notice,
  inlay,
  onInlay,
  graphStates,
  cells,
  selectedCell,
  off,
  onRunSection,
  scratch,
  selectedTask,
  onSelectTask,
  values,
  views,
  openComments,
  comments,
}: {
  readonly tab: PanelTab;
  readonly onTab: (tab: PanelTab) => void;
  readonly compilation: Compilation | undefined;
  readonly problems: readonly ShownDiagnostic[];
  /** Of values that travel, by name. */
  readonly types: ReadonlyMap<string, string>;
  /** Why there are none. */
  readonly notice: string | undefined;
  readonly inlay: boolean;
  readonly onInlay: (inlay: boolean) => void;
  readonly graphStates: ReadonlyMap<string, GraphState>;
  readonly cells: readonly Cell[];
  readonly selectedCell: string | undefined;
  /** Cells that do not run, and why. */
  readonly off: ReadonlyMap<string, string>;
  readonly onRunSection: (cell: string) => void;
  readonly scratch: ScratchParts;
  readonly selectedTask: string | undefined;
  readonly onSelectTask: (key: string) => void;
  readonly values: ParamValues;
  readonly views: ReadonlyMap<string, CellView>;
  /** How many threads are open. */
  readonly openComments: number;
  readonly comments: ReactNode;
}) {
  const tasks = compilation?.dag.tasks ?? noTasks;
  return (
    <aside className={styles.panel} aria-label="About this notebook">
      <Tabs
        label="About this notebook"
        value={tab}
        onChange={onTab}
        className={styles.tabs}
        items={[
          { value: "graph", label: "Graph" },
          { value: "outline", label: "Outline" },
          { value: "variables", label: "Variables" },
          { value: "problems", label: "Problems", count: problems.length },
          { value: "parameters", label: "Parameters", count: values.faults.size },
          { value: "packages", label: "Packages" },
          { value: "files", label: "Files" },
          { value: "scratch", label: "Scratch" },
          { value: "comments", label: "Comments", count: openComments },
        ]}
      >
        <TabPanel value="graph" className={styles.graph}>
          {compilation && (
            <LazyTaskGraph tasks={tasks} types={types} states={graphStates} selected={selectedTask} onSelect={onSelectTask} />
          )}
        </TabPanel>
        <TabPanel value="outline" className={styles.scroll}>
          <OutlineTab
            cells={cells}
            selected={selectedCell}
            tasks={tasks}
            views={views}
            problems={problems}
            off={off}
            onRunSection={onRunSection}
          />
        </TabPanel>
        <TabPanel value="scratch" className={styles.scroll}>
          <ScratchTab {...scratch} />
        </TabPanel>
        <TabPanel value="parameters" className={styles.padded}>
          <ParamsForm params={compilation?.dag.params ?? []} values={values} />
        </TabPanel>
        <TabPanel value="problems" className={styles.scroll}>
          <ProblemsTab problems={problems} notice={notice} />
        </TabPanel>
        <TabPanel value="variables" className={styles.scroll}>
          <VariablesTab tasks={tasks} views={views} types={types} inlay={inlay} onInlay={onInlay} />
        </TabPanel>
        <TabPanel value="packages" className={styles.scroll}>
          <LazyPackagesTab />
        </TabPanel>
        <TabPanel value="files" className={styles.scroll}>
          {tab === "files" && <FilesTab />}
        </TabPanel>
        <TabPanel value="comments" className={styles.scroll}>
          {tab === "comments" && comments}
        </TabPanel>
      </Tabs>
    </aside>
  );
});
