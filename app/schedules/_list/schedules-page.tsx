"use client";
/**
 * All schedules of the workspace, those that fire next first. Neighbours: schedule-list-row.tsx (one line), ../_form (making
 * and changing one), ../_calendars (days left out), ../[id] (one schedule's history and backfills).
 */
import { useQuery } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { CalendarDays, Plus } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useAddress } from "../../_charts/use-address";
import { useWidth } from "../../_charts/use-width";
import { PageBar } from "../../_frame/page-bar";
import { useSession } from "../../_frame/use-session";
import { useTRPC } from "../../_trpc/client";
import type { ScheduleRow } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Input } from "../../_ui/field";
import { plural } from "../../_ui/format-number";
import { EmptyState, ErrorNotice, Skeleton } from "../../_ui/notice";
import { CalendarsDialog } from "../_calendars/calendars-dialog";
import { isOpen } from "../_fires/fire-words";
import { useScheduleNews } from "../_fires/use-schedule-news";
import { ScheduleDialog } from "../_form/schedule-dialog";
import { RemoveDialog } from "../remove-dialog";
import { useScheduleActions } from "../use-schedule-actions";
import styles from "./list.module.css";
import { ScheduleListRow } from "./schedule-list-row";

const narrow = 860;

export function SchedulesPage() {
  const trpc = useTRPC();
  const address = useAddress();
  const role = useSession().data?.role;
  const mayChange = role === "owner" || role === "editor";
  const list = useQuery(trpc.schedule.list.queryOptions({}));
  const rows = useMemo(() => list.data ?? [], [list.data]);
  useScheduleNews(() => void list.refetch(), {
    nextFireAt: rows.find(({ nextFireAt }) => nextFireAt !== undefined)?.nextFireAt,
    open: rows.some(({ recent }) => recent.some(isOpen)),
  });
  const [editing, setEditing] = useState<ScheduleRow>();
  const [removing, setRemoving] = useState<ScheduleRow>();
  const [calendarsOpen, setCalendarsOpen] = useState(false);
  const asked = address.get("new");
  const { runNow, starting, pause } = useScheduleActions();

  const text = (address.get("find") ?? "").toLowerCase();
  const notebookId = address.get("notebook");
  const shown = useMemo(
    () => rows.filter((row) => (notebookId === undefined || row.notebookId === notebookId) && matches(row, text)),
    [rows, text, notebookId],
  );
  const [measure, width] = useWidth();
  const small = width > 0 && width < narrow;
  const [listElement, setListElement] = useState<HTMLDivElement | null>(null);
  const virtualizer = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => (small ? 124 : 56),
    overscan: 12,
    scrollMargin: listElement?.offsetTop ?? 0,
    getItemKey: (index) => shown[index]!.id,
  });
  useEffect(() => {
    virtualizer.measure();
  }, [small, virtualizer]);

  const newButton = mayChange && (
    <Button look="primary" onClick={() => address.set({ new: "1" })}>
      <Plus size={16} aria-hidden />
      New schedule
    </Button>
  );
  return (
    <div ref={measure} className={styles.page}>
      <PageBar
        title="Schedules"
        actions={
          <>
            <Button look="quiet" onClick={() => setCalendarsOpen(true)}>
              <CalendarDays size={16} aria-hidden />
              Calendars
            </Button>
            {newButton}
          </>
        }
      />
      {list.error && (
        <div className={styles.pad}>
          <ErrorNotice doing="load the schedules" error={list.error} onRetry={() => void list.refetch()} />
        </div>
      )}
      {list.data?.length === 0 ? (
        <EmptyState title="Nothing runs by itself yet" actions={newButton}>
          A schedule runs a notebook at its times: every morning, each hour, on the last Friday of the month. It says what came of each
          time, and can make up for those in the past.
        </EmptyState>
      ) : (
        !(list.error && !list.data) && (
          <>
            <div className={styles.filters} role="search">
              <label>
                <span className="sr-only">Find</span>
                <Input
                  type="search"
                  placeholder="Find by name, notebook or timing"
                  value={address.get("find") ?? ""}
                  onChange={(event) => address.set({ find: event.target.value })}
                />
              </label>
              {notebookId !== undefined && (
                <Button small onClick={() => address.set({ notebook: undefined })}>
                  Show those of all notebooks
                </Button>
              )}
              {list.data && (
                <span className={styles.quiet} role="status">
                  {shown.length === rows.length ? plural(rows.length, "schedule") : `${shown.length} of ${plural(rows.length, "schedule")}`}
                </span>
              )}
            </div>
            {list.data && shown.length === 0 && <p className={styles.none}>No schedule is called that.</p>}
            <div
              role="table"
              aria-label="Schedules"
              aria-rowcount={shown.length + 1}
              data-small={small || undefined}
              className={styles.table}
            >
              <div role="rowgroup">
                <div role="row" className={styles.head} hidden={small || shown.length === 0}>
                  <span role="columnheader">Schedule</span>
                  <span role="columnheader">When</span>
                  <span role="columnheader">Next</span>
                  <span role="columnheader">Last fires</span>
                  <span role="columnheader" title="Share of its last hundred runs that succeeded">
                    Succeeded
                  </span>
                  <span role="columnheader">
                    <span className="sr-only">What can be done</span>
                  </span>
                </div>
              </div>
              {list.isPending ? (
                <Loading />
              ) : (
                <div ref={setListElement} role="rowgroup" style={{ position: "relative", height: virtualizer.getTotalSize() }}>
                  {virtualizer.getVirtualItems().map((item) => {
                    const row = shown[item.index]!;
                    return (
                      <ScheduleListRow
                        key={row.id}
                        row={row}
                        index={item.index}
                        top={item.start - virtualizer.options.scrollMargin}
                        height={item.size}
                        mayChange={mayChange}
                        mayRun={mayChange || role === "runner"}
                        starting={starting === row.id}
                        onRun={() => void runNow(row)}
                        onPause={(paused) => pause(row, paused)}
                        onEdit={() => setEditing(row)}
                        onRemove={() => setRemoving(row)}
                      />
                    );
                  })}
                </div>
              )}
            </div>
          </>
        )
      )}
      {asked !== undefined && mayChange && (
        <ScheduleDialog notebookId={asked === "1" ? undefined : asked} onClose={() => address.set({ new: undefined })} />
      )}
      {editing && <ScheduleDialog schedule={editing} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveDialog schedule={removing} onClose={() => setRemoving(undefined)} />}
      {calendarsOpen && <CalendarsDialog mayChange={mayChange} onClose={() => setCalendarsOpen(false)} />}
    </div>
  );
}

function matches({ name, notebook, words, timing, timeZone }: ScheduleRow, text: string): boolean {
  const written = timing.type === "cron" ? timing.expression : timing.type === "rule" ? timing.rule : "";
  return text === "" || `${name} ${notebook} ${words} ${written} ${timeZone}`.toLowerCase().includes(text.trim());
}

function Loading() {
  return (
    <div role="status" aria-label="Loading the schedules">
      {Array.from({ length: 6 }, (_, i) => (
        <div key={i} className={styles.skeletonRow}>
          <Skeleton width={140 + ((i * 53) % 80)} />
          <Skeleton width={160} />
          <Skeleton width={72} />
          <Skeleton width={200} height={16} />
        </div>
      ))}
    </div>
  );
}
