"use client";
/** A range of the past that is made up for; what would run is told while it is chosen. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../../_trpc/client";
import type { ScheduleRow } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { Dialog } from "../../../_ui/dialog";
import { Field, Input, Select } from "../../../_ui/field";
import { formatNumber, plural } from "../../../_ui/format-number";
import { Notice, Skeleton } from "../../../_ui/notice";
import { useToast } from "../../../_ui/toast";
import { fromWallTime, offsetWords, toWallTime, zonedWords } from "../../_fires/zoned-time";
import styles from "./backfill.module.css";

const againWords = {
  none: "Leave them alone",
  failed: "Run those again that failed",
  all: "Run all again",
} as const;

const week = 7 * 86_400_000;
const shownFires = 12;

export function BackfillDialog({
  schedule,
  onClose,
  onStarted,
}: {
  readonly schedule: Pick<ScheduleRow, "id" | "name" | "timeZone">;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const { timeZone } = schedule;
  const [opened] = useState(() => Date.now());
  const [first, setFirst] = useState(() => `${toWallTime(opened - week, timeZone).slice(0, 10)}T00:00:00`);
  const [last, setLast] = useState(() => toWallTime(opened, timeZone));
  const [again, setAgain] = useState<keyof typeof againWords>("none");
  const [atOnce, setAtOnce] = useState("1");
  const [newestFirst, setNewestFirst] = useState(false);

  const [firstAt, lastAt] = [fromWallTime(first, timeZone), fromWallTime(last, timeZone)];
  const count = Number(atOnce);
  const countFault = Number.isInteger(count) && count >= 1 && count <= 100 ? undefined : "From 1 to 100.";
  const lastFault =
    lastAt === undefined ? "Choose a day and a time." : firstAt !== undefined && firstAt > lastAt ? "It ends before it begins." : undefined;
  const order =
    firstAt === undefined || lastAt === undefined || lastFault !== undefined || countFault !== undefined
      ? undefined
      : {
          ...{ scheduleId: schedule.id, again, atOnce: count, newestFirst },
          firstAt: new Date(firstAt).toISOString(),
          lastAt: new Date(lastAt).toISOString(),
        };
  const plan = useQuery(
    trpc.schedule.planBackfill.queryOptions(order ?? { scheduleId: schedule.id, firstAt: "", lastAt: "" }, {
      enabled: order !== undefined,
      placeholderData: keepPreviousData,
      staleTime: 2_000,
    }),
  );
  const start = useMutation(
    trpc.schedule.startBackfill.mutationOptions({
      onSuccess: () => {
        toast({ text: "The backfill has begun." });
        void queries.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
        onClose();
        onStarted();
      },
    }),
  );
  const known = order === undefined || plan.error ? undefined : plan.data;
  const runs = known ? known.total - known.leftOut : 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      wide
      title={`Backfill “${schedule.name}”`}
      text="Runs the notebook for fire times of the past, each with its own date. What has not changed comes from the cache."
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (order && runs > 0 && !start.isPending) start.mutate(order);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <div className={styles.fields}>
          <Field label="From" hint={timeZone} fault={firstAt === undefined ? "Choose a day and a time." : undefined}>
            {(control) => (
              <Input {...control} type="datetime-local" step={1} value={first} onChange={(event) => setFirst(event.target.value)} />
            )}
          </Field>
          <Field label="To" hint={timeZone} fault={lastFault}>
            {(control) => (
              <Input {...control} type="datetime-local" step={1} value={last} onChange={(event) => setLast(event.target.value)} />
            )}
          </Field>
          <Field label="Times that have a run already">
            {(control) => (
              <Select {...control} value={again} onChange={(event) => setAgain(event.target.value as typeof again)}>
                {Object.entries(againWords).map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="At once" fault={countFault}>
            {(control) => (
              <Input {...control} type="number" min={1} max={100} value={atOnce} onChange={(event) => setAtOnce(event.target.value)} />
            )}
          </Field>
          <Field label="Order">
            {(control) => (
              <Select
                {...control}
                value={newestFirst ? "newest" : "oldest"}
                onChange={(event) => setNewestFirst(event.target.value === "newest")}
              >
                <option value="oldest">Oldest first</option>
                <option value="newest">Newest first</option>
              </Select>
            )}
          </Field>
        </div>
        <section className={classNames(styles.plan, plan.isPlaceholderData && styles.stale)} aria-label="What would run" aria-live="polite">
          {plan.error && order ? (
            <Notice look="failed">{plan.error.message}</Notice>
          ) : known === undefined ? (
            order && <Skeleton height={80} />
          ) : (
            <>
              <strong data-plan>
                {plural(runs, "run")}
                {known.leftOut > 0 && `, ${formatNumber(known.leftOut)} left out`}
              </strong>
              {known.total === 0 && <span className={styles.quiet}>No fire time falls into this range.</span>}
              {known.total > 0 && runs === 0 && (
                <span className={styles.quiet}>Each has a run already, or a calendar leaves its day out.</span>
              )}
              <ol className={styles.fires}>
                {known.fires.slice(0, shownFires).map((fireAt) => (
                  <li key={fireAt}>
                    {zonedWords(Date.parse(fireAt), timeZone)}{" "}
                    <span className={styles.quiet}>{offsetWords(Date.parse(fireAt), timeZone)}</span>
                  </li>
                ))}
              </ol>
              {runs > shownFires && <span className={styles.quiet}>and {formatNumber(runs - shownFires)} more</span>}
            </>
          )}
        </section>
        {start.error && <Notice look="failed">{start.error.message}</Notice>}
        <div className={styles.buttons}>
          <span className={styles.space} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={order === undefined || runs === 0 || plan.isPlaceholderData || start.isPending}>
            {runs > 0 ? `Start ${plural(runs, "run")}` : "Start"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
