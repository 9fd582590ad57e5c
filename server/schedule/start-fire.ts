/** The run of one fire: the notebook's newest version or the pinned one, the schedule's parameters, the fire time as logical date. */
import type { Json } from "@/pipelines/compile/dag";
import { dayOf } from "@/pipelines/schedule/calendar";
import { AppError } from "../errors";
import type { Heddle } from "../heddle";
import { getNotebookVersion } from "../notebook/store";
import { compileVersion } from "../run/compile-version";
import { startRun } from "../run/start-run";

export interface FireOrder {
  readonly workspaceId: string;
  readonly notebookId: string;
  readonly revision: number;
  readonly params: Readonly<Record<string, Json>>;
  readonly dateParam: string | undefined;
  readonly timeZone: string;
  /** Who is answerable: whoever saved the schedule last. */
  readonly userId: string;
  readonly runId: string;
  readonly fireAt: Date;
  readonly trigger: "schedule" | "backfill" | "manual";
}

/** Throws AppError where a person has to do something first. */
export async function startFire(heddle: Heddle, order: FireOrder): Promise<{ readonly id: string; readonly number: number }> {
  const { workspaceId, notebookId, revision, dateParam, fireAt } = order;
  const logicalDate = fireAt.toISOString();
  const params = { ...order.params };
  if (dateParam !== undefined) {
    const version = await getNotebookVersion(heddle.database, workspaceId, notebookId, revision);
    const parameter = compileVersion(version, heddle.packages).dag.params.find(({ name }) => name === dateParam);
    if (!parameter)
      throw new AppError(
        "BAD_REQUEST",
        `The notebook has no parameter “${dateParam}” any more: the schedule gives it the date. Change one of them.`,
      );
    params[dateParam] = parameter.format === "date" ? dayOf(fireAt.getTime(), order.timeZone) : logicalDate;
  }
  return startRun(heddle, {
    ...{ workspaceId, notebookId, revision, params, userId: order.userId, trigger: order.trigger },
    targets: undefined,
    cache: "use",
    separate: { id: order.runId, logicalDate },
  });
}
