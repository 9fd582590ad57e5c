"use client";
/** Beside the cells: the graph, the parameters, the problems, the variables, the comments. */
import { memo, type ReactNode } from "react";
import type { Compilation, Task } from "@/pipelines/compile/dag";
import type { GraphState } from "../../../_graph/graph-task";
import { LazyTaskGraph } from "../../../_graph/lazy-task-graph";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import { TabPanel, Tabs } from "../../../_ui/tabs";
import { LazyPackagesTab } from "../_environment/lazy-packages-tab";
import { ParamsForm } from "../_params/params-form";
import type { ParamValues } from "../_params/use-param-values";
import type { CellView } from "../_runs/cell-view";
import { ProblemsTab } from "./problems-tab";
import styles from "./side-panel.module.css";
import { VariablesTab } from "./variables-tab";

export const panelTabs = ["graph", "parameters", "problems", "variables", "packages", "comments"] as const;
const noTasks: readonly Task[] = [];
export type PanelTab = (typeof panelTabs)[number];

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
          { value: "parameters", label: "Parameters", count: values.faults.size },
          { value: "problems", label: "Problems", count: problems.length },
          { value: "variables", label: "Variables" },
          { value: "packages", label: "Packages" },
          { value: "comments", label: "Comments", count: openComments },
        ]}
      >
        <TabPanel value="graph" className={styles.graph}>
          {compilation && (
            <LazyTaskGraph tasks={tasks} types={types} states={graphStates} selected={selectedTask} onSelect={onSelectTask} />
          )}
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
        <TabPanel value="comments" className={styles.scroll}>
          {tab === "comments" && comments}
        </TabPanel>
      </Tabs>
    </aside>
  );
});
