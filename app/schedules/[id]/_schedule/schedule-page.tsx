"use client";
/**
 * One schedule: when it fires next, what became of each fire time, and what was made up for. Neighbours: fire-history.tsx,
 * duration-bars.tsx, ../_backfill (ranges of the past), ../../_form (changing it).
 */
import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Pause, Pencil, Play, StepForward, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAddress } from "../../../_charts/use-address";
import { PageBar } from "../../../_frame/page-bar";
import { useSession } from "../../../_frame/use-session";
import { useTRPC } from "../../../_trpc/client";
import type { ScheduleRow } from "../../../_trpc/outputs";
import { Button, IconButton, LinkButton } from "../../../_ui/button";
import { Menu, MenuItem, MenuSeparator } from "../../../_ui/menu";
import { ErrorNotice, Notice, Skeleton } from "../../../_ui/notice";
import { TabPanel, Tabs } from "../../../_ui/tabs";
import { isOpen } from "../../_fires/fire-words";
import { NextTime } from "../../_fires/next-time";
import { useScheduleNews } from "../../_fires/use-schedule-news";
import { browserZone, isSameClock, offsetWords, zonedWords } from "../../_fires/zoned-time";
import { overlapWords, missedWords } from "../../_form/policy-words";
import { ScheduleDialog } from "../../_form/schedule-dialog";
import { RemoveDialog } from "../../remove-dialog";
import { ScheduleBadge } from "../../schedule-badge";
import { TimingText, successShare } from "../../timing-text";
import { useScheduleActions } from "../../use-schedule-actions";
import { BackfillDialog } from "../_backfill/backfill-dialog";
import { BackfillList } from "../_backfill/backfill-list";
import { DurationBars } from "./duration-bars";
import { FireHistory } from "./fire-history";
import styles from "./schedule.module.css";
import { useFires } from "./use-fires";

const sides = ["history", "backfills"] as const;

const crumbs = [{ label: "Schedules", href: "/schedules" }];

export function SchedulePage({ id }: { readonly id: string }) {
  const trpc = useTRPC();
  const schedule = useQuery(trpc.schedule.get.queryOptions({ id }));
  if (schedule.data) return <Loaded schedule={schedule.data} onNews={() => void schedule.refetch()} />;
  const missing = schedule.error?.data?.code === "NOT_FOUND";
  return (
    <>
      <PageBar crumbs={crumbs} title={missing ? "No such schedule" : "Schedule"} />
      <div className={styles.page}>
        {missing ? (
          <p className={styles.pad}>
            There is no schedule with this address in your workspace. <LinkButton href="/schedules">See all schedules</LinkButton>
          </p>
        ) : schedule.error ? (
          <ErrorNotice doing="load the schedule" error={schedule.error} onRetry={() => void schedule.refetch()} />
        ) : (
          <div role="status" aria-label="Loading the schedule" className={styles.loading}>
            <Skeleton height={72} />
            <Skeleton height={280} />
          </div>
        )}
      </div>
    </>
  );
}

function Loaded({ schedule, onNews }: { readonly schedule: ScheduleRow; readonly onNews: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const address = useAddress();
  const role = useSession().data?.role;
  const mayChange = role === "owner" || role === "editor";
  const mayRun = mayChange || role === "runner";
  const { id, name } = schedule;
  const { list, fires } = useFires(id);
  const backfills = useQuery(trpc.schedule.backfills.queryOptions({ id }));
  const goingOn = backfills.data?.filter(({ active, waiting }) => active + waiting > 0).length ?? 0;
  useScheduleNews(
    () => {
      onNews();
      void list.refetch();
      void backfills.refetch();
    },
    { nextFireAt: schedule.nextFireAt, open: goingOn > 0 || fires.some(isOpen) },
  );
  const { runNow, starting, pause } = useScheduleActions();
  const [open, setOpen] = useState<"edit" | "remove" | "backfill">();
  const close = () => setOpen(undefined);
  const side = sides.find((one) => one === address.get("side")) ?? "history";
  return (
    <>
      <PageBar
        crumbs={crumbs}
        title={name}
        actions={
          <>
            {mayChange && schedule.fault === undefined && (
              <Button look="quiet" onClick={() => pause(schedule, !schedule.paused)}>
                {schedule.paused ? <StepForward size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
                {schedule.paused ? "Resume" : "Pause"}
              </Button>
            )}
            {mayChange && (
              <Menu
                align="end"
                trigger={
                  <IconButton label="More">
                    <Ellipsis size={16} />
                  </IconButton>
                }
              >
                <MenuItem icon={<Pencil size={14} />} onSelect={() => setOpen("edit")}>
                  Edit…
                </MenuItem>
                <MenuSeparator />
                <MenuItem icon={<Trash2 size={14} />} danger onSelect={() => setOpen("remove")}>
                  Remove…
                </MenuItem>
              </Menu>
            )}
            {mayRun && (
              <Button look="primary" disabled={starting !== undefined} onClick={() => void runNow(schedule)}>
                <Play size={14} aria-hidden />
                {starting === undefined ? "Run now" : "Starting…"}
              </Button>
            )}
          </>
        }
      />
      <div className={styles.page}>
        <Header schedule={schedule} onEdit={mayChange ? () => setOpen("edit") : undefined} />
        <DurationBars fires={fires} />
        <Tabs<(typeof sides)[number]>
          label="Sides of the schedule"
          value={side}
          onChange={(next) => address.set({ side: next === "history" ? undefined : next }, "push")}
          items={[
            { value: "history", label: "History" },
            { value: "backfills", label: "Backfills", count: goingOn },
          ]}
        >
          <TabPanel value="history">
            <FireHistory list={list} fires={fires} timeZone={schedule.timeZone} />
          </TabPanel>
          <TabPanel value="backfills">
            <BackfillList backfills={backfills} timeZone={schedule.timeZone} mayRun={mayRun} onNew={() => setOpen("backfill")} />
          </TabPanel>
        </Tabs>
      </div>
      {open === "edit" && <ScheduleDialog schedule={schedule} onClose={close} />}
      {open === "remove" && <RemoveDialog schedule={schedule} onClose={close} onRemoved={() => router.push("/schedules")} />}
      {open === "backfill" && <BackfillDialog schedule={schedule} onClose={close} onStarted={() => address.set({ side: "backfills" })} />}
    </>
  );
}

function Header({ schedule, onEdit }: { readonly schedule: ScheduleRow; readonly onEdit: (() => void) | undefined }) {
  const { timing, timeZone, nextFireAt } = schedule;
  const at = nextFireAt === undefined ? undefined : Date.parse(nextFireAt);
  return (
    <section className={styles.header} aria-label="The schedule in one glance">
      <p className={styles.first}>
        <strong className={styles.words}>{schedule.words}</strong>
        <span className={styles.quiet}>
          <TimingText timing={timing} /> {timeZone}
        </span>
        <ScheduleBadge schedule={schedule} />
      </p>
      <p className={styles.facts}>
        {at !== undefined && nextFireAt !== undefined ? (
          <span data-next-fire>
            Next <NextTime at={nextFireAt} />, {zonedWords(at, timeZone)}{" "}
            <span className={styles.quiet}>
              {offsetWords(at, timeZone)}
              {!isSameClock(at, timeZone, browserZone()) && ` (here ${zonedWords(at, browserZone())})`}
            </span>
          </span>
        ) : (
          !schedule.paused && <span>It never fires again: it has ended, or its timing gives no time any more.</span>
        )}
        <span>
          Runs{" "}
          <Link href={`/notebooks/${schedule.notebookId}`} prefetch={false}>
            {schedule.notebook}
          </Link>
          {schedule.revision === undefined ? ", the newest version" : `, version ${schedule.revision}`}
        </span>
        <span
          className={styles.quiet}
          title={schedule.ended === 0 ? undefined : `${schedule.succeeded} of its last ${schedule.ended} runs`}
        >
          {schedule.ended === 0 ? "No run has ended yet" : `${successShare(schedule)} of runs succeeded`}
        </span>
        <span className={styles.quiet}>
          {overlapWords[schedule.overlap].short}, {missedWords[schedule.missed].short}
        </span>
      </p>
      {schedule.fault !== undefined && (
        <Notice
          look="failed"
          actions={
            onEdit && (
              <Button small onClick={onEdit}>
                Edit
              </Button>
            )
          }
        >
          <strong>It cannot fire.</strong> {schedule.fault}
        </Notice>
      )}
    </section>
  );
}
