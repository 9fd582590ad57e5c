"use client";
/** What is stored, for how long, and the broom: everyone sees it, owners change it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { useState, type FormEvent } from "react";
import type { AppRouter } from "@/server/router";
import { useSession } from "../../_frame/use-session";
import { useTRPC } from "../../_trpc/client";
import { Button } from "../../_ui/button";
import { Field, Input } from "../../_ui/field";
import { formatBytes } from "../../_ui/format-number";
import { ErrorNotice, Skeleton } from "../../_ui/notice";
import { RelativeTime } from "../../_ui/times";
import { useToast } from "../../_ui/toast";
import styles from "./settings.module.css";

type Overview = inferRouterOutputs<AppRouter>["storage"]["overview"];
type Sweep = inferRouterOutputs<AppRouter>["storage"]["sweep"];
type Figures = Sweep["figures"];

/** As sizes are told: powers of 1,000. */
const gigabyte = 1e9;

export function StorageSection() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const isOwner = useSession().data?.role === "owner";
  const overview = useQuery(trpc.storage.overview.queryOptions());
  const [dry, setDry] = useState<Figures>();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.storage.overview.queryKey() });
  const sweep = useMutation(
    trpc.storage.sweep.mutationOptions({
      onSuccess: ({ dryRun, figures }) => {
        setDry(dryRun ? figures : undefined);
        if (!dryRun) toast({ text: `Removed ${tellRemoved(figures)}.` });
        void refresh();
      },
      onError: (error) => toast({ text: `The sweep failed: ${error.message}`, failed: true }),
    }),
  );
  const { data } = overview;
  return (
    <section className={styles.section} id="storage" aria-labelledby="storage-heading">
      <h2 id="storage-heading">Storage</h2>
      {overview.error && <ErrorNotice doing="load what is stored" error={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.isPending && <Skeleton height={120} />}
      {data && (
        <>
          <p className={styles.quiet}>
            Values, artifacts and logs rest in {data.kind === "folder" ? "the folder " : ""}
            <code>{data.place}</code>.
          </p>
          <Used data={data} />
          {isOwner && <Policy key={JSON.stringify(data.policy)} data={data} onSaved={() => void refresh()} />}
          <LastSweep data={data} />
          {isOwner && (
            <div className={styles.row}>
              <Button onClick={() => sweep.mutate({ dryRun: true })} disabled={sweep.isPending}>
                What would go?
              </Button>
              <Button onClick={() => sweep.mutate({ dryRun: false })} disabled={sweep.isPending}>
                {sweep.isPending ? "Sweeping…" : "Sweep now"}
              </Button>
              {dry && <span role="status">A sweep would remove {tellRemoved(dry)}; values an hour after nothing needs them any more.</span>}
            </div>
          )}
        </>
      )}
    </section>
  );
}

function Used({ data }: { readonly data: Overview }) {
  const { usedBytes, policy, lastSweep } = data;
  const figures = lastSweep?.figures;
  return (
    <>
      <p>
        <strong>{usedBytes === undefined ? "Not measured yet" : formatBytes(usedBytes)}</strong>
        {policy.quotaBytes !== undefined && <span className={styles.quiet}> of {formatBytes(policy.quotaBytes)}</span>}
        {data.pinnedRuns > 0 && (
          <span className={styles.quiet}>
            {" "}
            ·{" "}
            <Link href="/runs?pinned=1">
              {data.pinnedRuns} pinned {data.pinnedRuns === 1 ? "run" : "runs"}
            </Link>
          </span>
        )}
      </p>
      {figures && (
        <ul className={styles.list}>
          {(
            [
              ["Values and artifacts", figures.used.values],
              ["Previews", figures.used.previews],
              ["Logs", figures.used.logs],
            ] as const
          ).map(([name, amount]) => (
            <li key={name} className={styles.row}>
              <span className={styles.grow}>{name}</span>
              <span className={styles.quiet}>{amount.objects.toLocaleString("en")} files</span>
              <span>{formatBytes(amount.bytes)}</span>
            </li>
          ))}
          {figures.byNotebook.slice(0, 10).map((notebook) => (
            <li key={notebook.id ?? ""} className={styles.row}>
              <span className={styles.grow}>
                <span className={styles.quiet}>of </span>
                {notebook.title ?? (notebook.id === null ? "Files run by the command line" : "A deleted notebook")}
              </span>
              <span className={styles.quiet}>{notebook.objects.toLocaleString("en")} values</span>
              <span>{formatBytes(notebook.bytes)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Policy({ data, onSaved }: { readonly data: Overview; readonly onSaved: () => void }) {
  const trpc = useTRPC();
  const toast = useToast();
  const { quotaBytes, keepDays, keepLast } = data.policy;
  const save = useMutation(
    trpc.storage.setPolicy.mutationOptions({
      onSuccess: () => {
        toast({ text: "Saved. The next sweep goes by it." });
        onSaved();
      },
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string) => (form.get(name) === "" ? undefined : Number(form.get(name)));
    const gigabytes = read("quota");
    save.mutate({
      keepDays: read("days"),
      keepLast: read("last"),
      ...(gigabytes === undefined ? {} : { quotaBytes: Math.round(gigabytes * gigabyte) }),
    });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label="Keep runs for days" hint="Empty: no limit">
        {(control) => <Input {...control} name="days" type="number" min={1} max={36500} defaultValue={keepDays ?? ""} />}
      </Field>
      <Field label="Keep the last of each notebook" hint="Either is enough to keep a run">
        {(control) => <Input {...control} name="last" type="number" min={1} max={1000000} defaultValue={keepLast ?? ""} />}
      </Field>
      <Field label="Quota in GB" hint="Empty: the disk" fault={save.error?.message}>
        {(control) => (
          <Input
            {...control}
            name="quota"
            type="number"
            min={0.001}
            step="any"
            defaultValue={quotaBytes === undefined ? "" : Number((quotaBytes / gigabyte).toFixed(3))}
          />
        )}
      </Field>
      <Button type="submit" disabled={save.isPending}>
        {save.isPending ? "Saving…" : "Save"}
      </Button>
    </form>
  );
}

function LastSweep({ data: { lastSweep } }: { readonly data: Overview }) {
  if (!lastSweep) return <p className={styles.quiet}>No sweep yet: the first comes within six hours.</p>;
  const { startedAt, finishedAt, error, figures } = lastSweep;
  return (
    <p className={styles.quiet}>
      Last sweep <RelativeTime at={new Date(startedAt).toISOString()} />
      {error !== undefined && `: it failed (${error})`}
      {finishedAt === undefined && ": under way"}
      {figures && `: removed ${tellRemoved(figures)}`}
      {figures && figures.waiting.objects > 0 && `; ${formatBytes(figures.waiting.bytes)} go after an hour of grace`}.
    </p>
  );
}

function tellRemoved({ removed }: Figures): string {
  const bytes = removed.values.bytes + removed.logs.bytes;
  if (removed.runs === 0 && removed.values.objects === 0 && removed.logs.objects === 0) return "nothing";
  return `${removed.runs} ${removed.runs === 1 ? "run" : "runs"} and ${removed.values.objects + removed.logs.objects} files (${formatBytes(bytes)})`;
}
