/** What arrives from the server: the views of server/<noun>/*-views.ts after a trip through JSON. */
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "@/server/router";

type Outputs = inferRouterOutputs<AppRouter>;

export type Session = Outputs["workspace"]["session"];
export type NotebookRow = Outputs["notebook"]["list"][number];
export type NotebookDetail = Outputs["notebook"]["get"];
export type CommentThread = Outputs["notebook"]["comments"][number];
export type Mention = Outputs["notebook"]["mentions"][number];
export type VersionRow = Outputs["notebook"]["versions"]["versions"][number];
export type NotebookStates = Outputs["notebook"]["states"];
export type CellState = NotebookStates["cells"][number];
export type RunRow = Outputs["run"]["list"]["rows"][number];
export type RunDetail = Outputs["run"]["get"];
export type TaskRunRow = RunDetail["taskRuns"][number];
export type TaskRunDetail = Outputs["run"]["taskRun"];
export type LogLine = Outputs["run"]["logs"]["records"][number];
export type Waiting = Outputs["run"]["whyWaiting"]["waiting"][number];
export type PoolsData = Outputs["pool"]["list"];
export type PoolPlace = PoolsData["pools"][number];
export type SeriesView = Outputs["metric"]["series"][number];
export type InboxItem = Outputs["run"]["inbox"][number];
export type PlanView = Outputs["run"]["plan"];
export type RunAct = Outputs["run"]["acts"][number];
export type RunNote = Outputs["run"]["notes"][number];
export type RunGrid = Outputs["run"]["grid"];
export type RunHistoryEvent = Outputs["run"]["history"]["events"][number];
export type AttemptUsageView = Outputs["run"]["taskUsage"][number];
export type RunUsageView = Outputs["run"]["usage"];
export type EnvironmentView = Outputs["environment"]["get"];
export type WorkerView = Outputs["worker"]["list"][number];
