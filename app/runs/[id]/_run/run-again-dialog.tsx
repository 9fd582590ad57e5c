"use client";
/** A run once more, with what one likes to change: parameters, version, tasks, cache, time. Shows what would run first. */
import { useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { parseDuration } from "@/pipelines/compile/parse-duration";
import type { Json, Parameter } from "@/pipelines/compile/dag";
import type { AppRouter } from "@/server/router";
import { ParamControl } from "../../../_params/param-control";
import { PlanList } from "../../../_plan/plan-list";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { Dialog } from "../../../_ui/dialog";
import { Checkbox, Field, Input, Select } from "../../../_ui/field";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { useToast } from "../../../_ui/toast";
import styles from "./run-page.module.css";

type Order = inferRouterInputs<AppRouter>["run"]["start"];

export function RunAgainDialog({
  run,
  notebookId,
  revision: ranRevision,
  onClose,
}: {
  readonly run: RunDetail;
  readonly notebookId: string;
  readonly revision: number;
  readonly onClose: () => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const [revision, setRevision] = useState(ranRevision);
  const [given, setGiven] = useState<Readonly<Record<string, Json>>>(run.params as Readonly<Record<string, Json>>);
  const [onlyTargets, setOnlyTargets] = useState(run.targets !== undefined);
  const [fresh, setFresh] = useState(run.cache === "off");
  const [limit, setLimit] = useState(run.timeout === undefined ? "" : `${Math.round(run.timeout / 1000)}s`);
  const [previewed, setPreviewed] = useState(false);
  const newest = useQuery(trpc.notebook.get.queryOptions({ id: notebookId }, { staleTime: 10_000 })).data?.revision;
  const timeout = limit.trim() === "" ? undefined : parseDuration(limit.trim());
  const order: Order = {
    notebookId,
    revision,
    params: given as NonNullable<Order["params"]>,
    cache: fresh ? "off" : "use",
    ...(timeout !== undefined && { timeout }),
    ...(onlyTargets && run.targets && { targets: run.targets }),
  };
  const plan = useQuery(trpc.run.plan.queryOptions(order, { staleTime: 5_000, placeholderData: (before) => before }));
  const start = useMutation(
    trpc.run.start.mutationOptions({
      onSuccess: ({ id }) => {
        onClose();
        router.push(`/runs/${id}`);
      },
      onError: (error) => toast({ failed: true, text: `Could not start the run. ${error.message}` }),
    }),
  );
  // The same JSON; only what may be missing differs.
  const parameters = (plan.data?.parameters ?? []) as unknown as readonly Parameter[];
  const known = new Set(parameters.map(({ name }) => name));
  const strays = Object.keys(given).filter((name) => parameters.length > 0 && !known.has(name));
  const badLimit = limit.trim() !== "" && timeout === undefined;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} wide title={`Run again: ${run.notebookTitle}`}>
      <form
        className={styles.again}
        onSubmit={(event) => {
          event.preventDefault();
          if (!badLimit) start.mutate(order);
        }}
      >
        <div className={styles.againFields}>
          <Field label="Version">
            {(control) => (
              <Select {...control} value={revision} onChange={(event) => setRevision(Number(event.target.value))}>
                <option value={ranRevision}>{ranRevision}, as this run</option>
                {newest !== undefined && newest !== ranRevision && <option value={newest}>{newest}, the newest</option>}
              </Select>
            )}
          </Field>
          <Field
            label="At most"
            hint="For the whole run: 30m, 2h. Empty: as the notebook says."
            fault={badLimit ? "A time such as 30m or 2h." : undefined}
          >
            {(control) => <Input {...control} value={limit} onChange={(event) => setLimit(event.target.value)} />}
          </Field>
          {parameters.map((param) => (
            <Field key={param.name} label={param.title ?? param.name} hint={param.description}>
              {(control) => (
                <ParamControl
                  param={param}
                  value={given[param.name] ?? param.default}
                  onChange={(value) =>
                    setGiven(({ [param.name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [param.name]: value }))
                  }
                  {...control}
                />
              )}
            </Field>
          ))}
        </div>
        {strays.length > 0 && (
          <p>
            This version has no {strays.join(", ")}.{" "}
            <Button
              small
              look="quiet"
              onClick={() => setGiven(Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name))))}
            >
              Leave out
            </Button>
          </p>
        )}
        {run.targets && (
          <Checkbox checked={onlyTargets} onChange={(event) => setOnlyTargets(event.target.checked)}>
            Only {run.targets.join(", ")} and what they need
          </Checkbox>
        )}
        <Checkbox checked={fresh} onChange={(event) => setFresh(event.target.checked)}>
          Ignore the cache: every task runs
        </Checkbox>
        {plan.error && <ErrorNotice doing="tell what would run" error={plan.error} onRetry={() => void plan.refetch()} />}
        {plan.data === undefined && !plan.error && <Skeleton height={60} />}
        {plan.data && (previewed || plan.data.faults.length > 0) && <PlanList plan={plan.data} />}
        <div className={styles.dialogButtons}>
          <Button onClick={() => setPreviewed(!previewed)} aria-pressed={previewed}>
            Preview
          </Button>
          <Button type="submit" look="primary" disabled={start.isPending || badLimit || (plan.data?.faults.length ?? 0) > 0}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
