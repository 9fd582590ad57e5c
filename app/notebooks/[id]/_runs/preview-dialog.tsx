"use client";
/** A dry run of what the page shows now: saved first, then asked what would run and what is stored. */
import { useQuery } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import type { Json } from "@/pipelines/compile/dag";
import type { AppRouter } from "@/server/router";
import { PlanList } from "../../../_plan/plan-list";
import { useTRPC } from "../../../_trpc/client";
import { Button } from "../../../_ui/button";
import { Dialog } from "../../../_ui/dialog";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import dialogStyles from "./preview-dialog.module.css";

type PlanOrder = inferRouterInputs<AppRouter>["run"]["plan"];

export function PreviewDialog({
  notebookId,
  revision,
  params,
  onRun,
  onClose,
}: {
  readonly notebookId: string;
  readonly revision: number;
  readonly params: Readonly<Record<string, Json>>;
  readonly onRun: () => void;
  readonly onClose: () => void;
}) {
  const trpc = useTRPC();
  const plan = useQuery(
    trpc.run.plan.queryOptions({ notebookId, revision, params: params as NonNullable<PlanOrder["params"]> }, { staleTime: 0 }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      wide
      title="What would run"
      text="Nothing runs yet: stored results are looked up."
    >
      {plan.error && <ErrorNotice doing="tell what would run" error={plan.error} onRetry={() => void plan.refetch()} />}
      {!plan.data && !plan.error && <Skeleton height={160} />}
      {plan.data && <PlanList plan={plan.data} />}
      <div className={dialogStyles.buttons}>
        <Button onClick={onClose}>Close</Button>
        <Button look="primary" disabled={(plan.data?.faults.length ?? 1) > 0} onClick={onRun}>
          Run it
        </Button>
      </div>
    </Dialog>
  );
}
