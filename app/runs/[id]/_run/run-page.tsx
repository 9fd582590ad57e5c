"use client";
/**
 * One run: the header answers in a glance, the tabs show it from every side, the drawer one task of it.
 * Neighbours: use-run.ts (live data), run-header.tsx, ../_tabs (one file for each tab), ../_task (the drawer).
 */
import { memo, useDeferredValue, useEffect, useMemo, useState } from "react";
import { useAddress } from "../../../_charts/use-address";
import { PageBar } from "../../../_frame/page-bar";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { LinkButton } from "../../../_ui/button";
import { TabPanel, Tabs } from "../../../_ui/tabs";
import { useFavicon } from "../../../_ui/use-favicon";
import type { RunDetail } from "../../../_trpc/outputs";
import { EventsTab } from "../_events/events-tab";
import { CodeTab } from "../_tabs/code-tab";
import { GraphTab } from "../_tabs/graph-tab";
import { MetricsTab } from "../_tabs/metrics-tab";
import { NotesTab } from "../_tabs/notes-tab";
import { OutputsTab } from "../_tabs/outputs-tab";
import { ParametersTab } from "../_tabs/parameters-tab";
import { TasksTab } from "../_tabs/tasks-tab";
import { TimelineTab } from "../_tabs/timeline-tab";
import { TaskDrawer } from "../_task/task-drawer";
import { findCulprit } from "./prepare-tasks";
import { RunActions } from "./run-actions";
import { RunHeader } from "./run-header";
import styles from "./run-page.module.css";
import { useRun } from "./use-run";

const tabs = ["graph", "timeline", "tasks", "metrics", "parameters", "code", "outputs", "events", "notes"] as const;
type Tab = (typeof tabs)[number];

export function RunPage({ id }: { readonly id: string }) {
  const run = useRun(id);
  useFavicon(run.data?.status);
  // What comes while a run goes on is drawn in pieces between frames: scrolling and typing go first.
  const shown = useDeferredValue(run.data);
  if (shown) return <Loaded run={shown} />;
  if (run.error) {
    const missing = run.error.data?.code === "NOT_FOUND";
    return (
      <>
        <PageBar crumbs={[{ label: "Runs", href: "/runs" }]} title={missing ? "No such run" : "Run"} />
        <div className={styles.pad}>
          {missing ? (
            <p>
              There is no run with this address in your workspace. <LinkButton href="/runs">See all runs</LinkButton>
            </p>
          ) : (
            <ErrorNotice doing="load the run" error={run.error} onRetry={() => void run.refetch()} />
          )}
        </div>
      </>
    );
  }
  return (
    <>
      <PageBar crumbs={[{ label: "Runs", href: "/runs" }]} title="Run" heading={<Skeleton width={180} height={20} />} />
      <div className={styles.header} role="status" aria-label="Loading the run">
        <Skeleton width={320} height={24} />
        <Skeleton width={240} height={20} />
      </div>
      <div className={styles.pad}>
        <Skeleton height={360} />
      </div>
    </>
  );
}

/** The rows that stand for whole fan-outs are no tasks of their own. */
function taskCount(run: RunDetail): number {
  // A fan-out counts by its elements; one without any, as when its list failed, is one task.
  const mapped = new Set(run.taskRuns.filter((row) => row.mapIndex !== undefined).map((row) => row.taskKey));
  for (const key of Object.keys(run.groups)) mapped.add(key);
  const counted = Object.values(run.groups).reduce((sum, { total }) => sum + total, 0);
  return counted + run.taskRuns.filter((row) => row.mapIndex !== undefined || !mapped.has(row.taskKey)).length;
}

const Loaded = memo(function Loaded({ run }: { readonly run: RunDetail }) {
  const address = useAddress();
  const tab = tabs.find((one) => one === address.get("tab")) ?? "graph";
  // What failed is open already, unless the visitor came for something else or has closed it.
  const [dismissed, setDismissed] = useState(false);
  const culprit = run.status === "failed" ? findCulprit(run.taskRuns, run.groups) : undefined;
  const asked = address.get("task");
  const greeting = asked === undefined && address.get("tab") === undefined && !dismissed ? culprit?.id : undefined;
  const taskId = asked ?? greeting;
  useEffect(() => {
    if (greeting !== undefined) address.set({ task: greeting });
  }, [greeting, address]);
  const openTask = useMemo(
    () => (id: string | undefined) => {
      if (id === undefined) setDismissed(true);
      address.set({ task: id, pane: undefined, line: undefined, attempt: undefined }, id === undefined ? "replace" : "push");
    },
    [address],
  );

  const selected = run.taskRuns.find((row) => row.id === taskId);
  const title = `#${run.number} ${run.notebookTitle}`;
  return (
    <>
      <PageBar crumbs={[{ label: "Runs", href: "/runs" }]} title={title} actions={<RunActions run={run} />} />
      <RunHeader run={run} culprit={culprit} onOpenTask={openTask} />
      <Tabs<Tab>
        label="Sides of the run"
        className={styles.tabs}
        value={tab}
        onChange={(next) => address.set({ tab: next === "graph" ? undefined : next }, "push")}
        items={[
          { value: "graph", label: "Graph" },
          { value: "timeline", label: "Timeline" },
          { value: "tasks", label: "Tasks", count: taskCount(run) },
          { value: "metrics", label: "Metrics" },
          { value: "parameters", label: "Parameters", count: Object.keys(run.params).length },
          { value: "code", label: "Code" },
          { value: "outputs", label: "Outputs", count: run.outputs.length },
          { value: "events", label: "Events" },
          { value: "notes", label: "Notes" },
        ]}
      >
        <TabPanel value="graph">
          <GraphTab run={run} selected={selected} onOpenTask={openTask} />
        </TabPanel>
        <TabPanel value="timeline">
          <TimelineTab run={run} selected={taskId} onOpenTask={openTask} />
        </TabPanel>
        <TabPanel value="tasks">
          <TasksTab run={run} selected={taskId} onOpenTask={openTask} />
        </TabPanel>
        <TabPanel value="metrics">
          <MetricsTab run={run} />
        </TabPanel>
        <TabPanel value="events">
          <EventsTab run={run} onOpenTask={openTask} />
        </TabPanel>
        <TabPanel value="parameters">
          <ParametersTab run={run} />
        </TabPanel>
        <TabPanel value="code">
          <CodeTab run={run} onOpenTask={openTask} />
        </TabPanel>
        <TabPanel value="outputs">
          <OutputsTab run={run} />
        </TabPanel>
        <TabPanel value="notes">
          <NotesTab run={run} onOpenTask={openTask} />
        </TabPanel>
      </Tabs>
      <TaskDrawer run={run} taskId={taskId} onOpenTask={openTask} />
    </>
  );
});
