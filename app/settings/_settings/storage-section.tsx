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
import { formatBytes, plural } from "../../_ui/format-number";
import { ErrorNotice, Notice, Skeleton } from "../../_ui/notice";
import { RelativeTime } from "../../_ui/times";
import { useToast } from "../../_ui/toast";
import styles from "./settings.module.css";

type Overview = inferRouterOutputs<AppRouter>["storage"]["overview"];
type Sweep = inferRouterOutputs<AppRouter>["storage"]["sweep"];
type Figures = Sweep["figures"];

/** As sizes are told: powers of 1,000. */
const gigabyte = 1e9;
const nearlyFull = 0.9;

export function StorageSection() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const isOwner = useSession().data?.role === "owner";
  const overview = useQuery(
    trpc.storage.overview.queryOptions(undefined, {
      refetchInterval: ({ state }) => (isUnderWay(state.data?.lastSweep) ? 2_000 : false),
    }),
  );
  const [dry, setDry] = useState<Figures>();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.storage.overview.queryKey() });
  const sweep = useMutation(
    trpc.storage.sweep.mutationOptions({
      onSuccess: ({ dryRun, figures }) => {
        setDry(dryRun ? figures : undefined);
        if (!dryRun) toast({ text: `Removed ${tellRemoved(figures)}.` });
        void refresh();
      },
      onError: (error) => {
        toast({ text: `The sweep failed: ${error.message}`, failed: true });
        void refresh();
      },
    }),
  );
  const { data } = overview;
  const busy = sweep.isPending || isUnderWay(data?.lastSweep);
  return (
    <section className={styles.section} id="storage" aria-labelledby="storage-heading">
      <h2 id="storage-heading">Storage</h2>
      {overview.error && <ErrorNotice doing="load what is stored" error={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.isPending && <Skeleton height={120} />}
      {data && (
        <>
          <p className={styles.quiet}>
            Values, artifacts and logs rest in {data.kind === "folder" ? "the folder " : ""}
            <code className={styles.place}>{data.place}</code>.
          </p>
          <Used data={data} />
          {!isOwner && <p className={styles.quiet}>{tellPolicy(data.policy)}</p>}
          {isOwner && <Policy key={JSON.stringify(data.policy)} data={data} onSaved={() => void refresh()} />}
          <LastSweep data={data} />
          {isOwner && (
            <div className={styles.row}>
              <Button onClick={() => sweep.mutate({ dryRun: true })} disabled={busy}>
                {sweep.isPending && sweep.variables.dryRun ? "Looking…" : "What would go?"}
              </Button>
              <Button onClick={() => sweep.mutate({ dryRun: false })} disabled={busy}>
                {sweep.isPending && !sweep.variables.dryRun ? "Sweeping…" : "Sweep now"}
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
  const { usedBytes, policy, found } = data;
  const share = policy.quotaBytes === undefined || usedBytes === undefined ? undefined : usedBytes / policy.quotaBytes;
  return (
    <>
      <p>
        <strong>{usedBytes === undefined ? "Not measured yet" : formatBytes(usedBytes)}</strong>
        {policy.quotaBytes !== undefined && <span className={styles.quiet}> of {formatBytes(policy.quotaBytes)}</span>}
        {data.pinnedRuns > 0 && (
          <span className={styles.quiet}>
            {" · "}
            <Link href="/runs?pinned=1">{plural(data.pinnedRuns, "pinned run")}</Link>
          </span>
        )}
      </p>
      {share !== undefined && (
        <div
          role="meter"
          aria-label="Part of the quota that is used"
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
          className={styles.meter}
          data-full={share >= 1 || undefined}
        >
          <i style={{ width: `${Math.min(1, share) * 100}%` }} />
        </div>
      )}
      {share !== undefined && share >= nearlyFull && (
        <Notice look="warning">
          {share >= 1 ? (
            <>
              <strong>The workspace is full.</strong> Tasks that store more fail with the reason quota.
            </>
          ) : (
            <>
              <strong>The workspace is nearly full.</strong> When it is full, tasks that store more fail with the reason quota.
            </>
          )}{" "}
          Keep fewer runs and sweep, or raise the quota.
        </Notice>
      )}
      {found && (
        <ul className={styles.amounts}>
          {(
            [
              ["Values and artifacts", found.used.values],
              ["Previews", found.used.previews],
              ["Logs", found.used.logs],
            ] as const
          ).map(([name, amount]) => (
            <li key={name}>
              <span>{name}</span>
              <span className={styles.quiet}>{plural(amount.objects, "file")}</span>
              <span>{formatBytes(amount.bytes)}</span>
            </li>
          ))}
          {found.byNotebook.length > 0 && (
            <li className={styles.subheading}>
              <span>By notebook; what several use counts for each</span>
            </li>
          )}
          {found.byNotebook.slice(0, 10).map((notebook) => (
            <li key={notebook.id ?? ""}>
              <span className={styles.cut}>
                {notebook.title ?? (notebook.id === null ? "Files run by the command line" : "A deleted notebook")}
              </span>
              <span className={styles.quiet}>{plural(notebook.objects, "value")}</span>
              <span>{formatBytes(notebook.bytes)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** For those who cannot change it. */
function tellPolicy({ keepDays, keepLast }: Overview["policy"]): string {
  if (keepDays === undefined && keepLast === undefined) return "Every run is kept.";
  const parts = [
    keepDays !== undefined && `for ${plural(keepDays, "day")}`,
    keepLast !== undefined && `while it is among the last ${keepLast} of its notebook`,
  ];
  return `A run is kept ${parts.filter(Boolean).join(", and ")}. Pinned runs stay.`;
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
      <Field label="Keep runs for days" hint="Empty: not by their age">
        {(control) => <Input {...control} name="days" type="number" min={1} max={36500} defaultValue={keepDays ?? ""} />}
      </Field>
      <Field label="Keep the last runs" hint="Of each notebook; one is enough">
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
  const { error, figures } = lastSweep;
  const at = <RelativeTime at={new Date(lastSweep.startedAt).toISOString()} />;
  if (isUnderWay(lastSweep)) return <p className={styles.quiet}>A sweep is under way; it began {at}.</p>;
  if (error !== undefined)
    return (
      <Notice look="warning">
        <strong>The last sweep failed</strong>, {at}, and removed nothing more. The next one comes by itself.
        <span className={styles.place}> {error}</span>
      </Notice>
    );
  if (!figures)
    return <p className={styles.quiet}>The last sweep began {at} and was cut off with its server. The next one comes by itself.</p>;
  return (
    <p className={styles.quiet}>
      Last sweep {at}: removed {tellRemoved(figures)}
      {figures.waiting.objects > 0 && `; ${formatBytes(figures.waiting.bytes)} go after an hour of grace`}.
    </p>
  );
}

/** One that has taken so long has lost its server. */
const longestSweepMs = 6 * 3_600_000;

function isUnderWay(sweep: Overview["lastSweep"]): boolean {
  return (
    sweep !== undefined && sweep.finishedAt === undefined && sweep.error === undefined && Date.now() - sweep.startedAt < longestSweepMs
  );
}

function tellRemoved({ removed }: Figures): string {
  const bytes = removed.values.bytes + removed.logs.bytes;
  if (removed.runs === 0 && removed.values.objects === 0 && removed.logs.objects === 0) return "nothing";
  return `${plural(removed.runs, "run")} and ${plural(removed.values.objects + removed.logs.objects, "file")} (${formatBytes(bytes)})`;
}
