"use client";
/** The workspace's calendars: which there are, how many schedules keep to each, and a way to make, change or remove one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "../../_trpc/client";
import type { CalendarRow } from "../../_trpc/outputs";
import { Button, IconButton } from "../../_ui/button";
import { Dialog } from "../../_ui/dialog";
import { plural } from "../../_ui/format-number";
import { ErrorNotice, Notice, Skeleton } from "../../_ui/notice";
import { useToast } from "../../_ui/toast";
import styles from "../schedules.module.css";
import { CalendarDialog } from "./calendar-dialog";

export function CalendarsDialog({ mayChange, onClose }: { readonly mayChange: boolean; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const calendars = useQuery(trpc.schedule.calendars.queryOptions());
  const [editing, setEditing] = useState<CalendarRow | "new">();
  const refresh = () => void queries.invalidateQueries({ queryKey: trpc.schedule.calendars.queryKey() });
  const save = useMutation(trpc.schedule.saveCalendar.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.schedule.removeCalendar.mutationOptions({ onSettled: refresh }));
  const take = ({ id, name, days }: CalendarRow) =>
    remove.mutate(
      { id },
      {
        onSuccess: () =>
          toast({
            text: `The calendar “${name}” is removed.`,
            action: { label: "Undo", onSelect: () => save.mutate({ name, days: [...days] }) },
          }),
      },
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Calendars"
      text="Days on which schedules do not fire. A schedule keeps to those that are ticked in its form."
    >
      {calendars.error && <ErrorNotice doing="load the calendars" error={calendars.error} onRetry={() => void calendars.refetch()} />}
      {calendars.isPending && <Skeleton height={48} />}
      {calendars.data?.length === 0 && <p className={styles.quiet}>There is none yet.</p>}
      {remove.error && <Notice look="failed">{remove.error.message}</Notice>}
      <ul className={styles.calendars} aria-label="Calendars">
        {calendars.data?.map((calendar) => (
          <li key={calendar.id} className={styles.calendar}>
            <span className={styles.calendarText}>
              <strong>{calendar.name}</strong>
              <span className={styles.quiet} title={calendar.days.join("\n")}>
                {sayDays(calendar.days)} ·{" "}
                {calendar.usedBy === 0 ? "used by no schedule" : `used by ${plural(calendar.usedBy, "schedule")}`}
              </span>
            </span>
            {mayChange && (
              <>
                <IconButton label={`Edit “${calendar.name}”`} small onClick={() => setEditing(calendar)}>
                  <Pencil size={14} />
                </IconButton>
                <IconButton label={`Remove “${calendar.name}”`} small disabled={remove.isPending} onClick={() => take(calendar)}>
                  <Trash2 size={14} />
                </IconButton>
              </>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <div className={styles.buttons}>
          <span className={styles.space} />
          <Button onClick={() => setEditing("new")}>
            <Plus size={14} aria-hidden />
            New calendar
          </Button>
        </div>
      )}
      {editing && <CalendarDialog calendar={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </Dialog>
  );
}

function sayDays(days: readonly string[]): string {
  const shown = days.slice(0, 2).map((entry) => entry.replace("/", " to "));
  return days.length > shown.length ? `${shown.join(", ")} and ${days.length - shown.length} more` : shown.join(", ");
}
