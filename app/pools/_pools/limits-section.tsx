"use client";
/** How much of the workspace, and of each notebook, may go on at once. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState, type FormEvent } from "react";
import { useTRPC } from "../../_trpc/client";
import type { PoolsData } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Dialog } from "../../_ui/dialog";
import { Field, Input, Select } from "../../_ui/field";
import { useToast } from "../../_ui/toast";
import styles from "./pools.module.css";

interface LimitDraft {
  /** Undefined: the workspace; "": a notebook that is still to be chosen. */
  readonly notebookId: string | undefined;
  readonly title: string;
  readonly slots: number | undefined;
  readonly runs: number | undefined;
}

export function LimitsSection({ pools, mayChange }: { readonly pools: PoolsData; readonly mayChange: boolean }) {
  const [draft, setDraft] = useState<LimitDraft>();
  const { workspace, notebooks } = pools;
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>Limits</h2>
        {mayChange && (
          <Button small onClick={() => setDraft({ notebookId: "", title: "Limit a notebook", slots: undefined, runs: undefined })}>
            Limit a notebook
          </Button>
        )}
      </div>
      <ul className={styles.list}>
        <li className={styles.row} data-limit="workspace">
          <div className={styles.line}>
            <strong className={styles.name}>The workspace</strong>
            <Words limit={workspace} />
            {mayChange && (
              <Button
                small
                onClick={() =>
                  setDraft({ notebookId: undefined, title: "Limit the workspace", slots: workspace.slots, runs: workspace.runs })
                }
              >
                Change
              </Button>
            )}
          </div>
        </li>
        {notebooks.map((limit) => (
          <li key={limit.notebookId} className={styles.row} data-limit={limit.notebookId}>
            <div className={styles.line}>
              <Link href={`/notebooks/${limit.notebookId}`} className={styles.name}>
                {limit.notebook}
              </Link>
              <Words limit={limit} />
              {mayChange && (
                <Button
                  small
                  onClick={() =>
                    setDraft({ notebookId: limit.notebookId, title: `Limit “${limit.notebook}”`, slots: limit.slots, runs: limit.runs })
                  }
                >
                  Change
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {draft && <LimitDialog draft={draft} onClose={() => setDraft(undefined)} />}
    </section>
  );
}

function Words({ limit }: { readonly limit: PoolsData["workspace"] }) {
  const { slots, runs, runningTasks, runningRuns } = limit;
  if (slots === undefined && runs === undefined) {
    return <span className={`${styles.size} ${styles.quiet}`}>as much as the workers have room for</span>;
  }
  const parts = [
    slots !== undefined && `${runningTasks ?? 0} of ${slots} ${slots === 1 ? "task" : "tasks"} at once`,
    runs !== undefined && `${runningRuns ?? 0} of ${runs} ${runs === 1 ? "run" : "runs"} at once`,
  ].filter(Boolean);
  return <span className={styles.size}>{parts.join(", ")}</span>;
}

function LimitDialog({ draft, onClose }: { readonly draft: LimitDraft; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const choosing = draft.notebookId === "";
  const notebooks = useQuery(trpc.notebook.list.queryOptions(undefined, { enabled: choosing }));
  const save = useMutation(
    trpc.pool.limit.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.pool.list.queryKey() });
        toast({ text: "The limit holds for what starts from now on." });
        onClose();
      },
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const number = (key: string) => (Number(data.get(key)) > 0 ? { [key]: Number(data.get(key)) } : {});
    const notebookId = choosing ? String(data.get("notebook")) : draft.notebookId;
    save.mutate({ ...(notebookId === undefined ? {} : { notebookId }), ...number("slots"), ...number("runs") });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={draft.title}
      text="What runs already goes on. Leave both empty and only the workers' room is the limit. A run counts from its first task to its end, paused or not."
    >
      <form className={styles.form} onSubmit={submit}>
        {choosing && (
          <Field label="Notebook">
            {(control) => (
              <Select {...control} name="notebook" required>
                {notebooks.data?.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <div className={styles.pair}>
          <Field label="Tasks at once" fault={save.error?.message}>
            {(control) => <Input {...control} name="slots" type="number" min={1} max={100_000} defaultValue={draft.slots ?? ""} />}
          </Field>
          <Field label="Runs at once">
            {(control) => <Input {...control} name="runs" type="number" min={1} max={100_000} defaultValue={draft.runs ?? ""} />}
          </Field>
        </div>
        <div className={styles.buttons}>
          <span className={styles.space} />
          <Button type="submit" look="primary" disabled={save.isPending || (choosing && !notebooks.data)}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
