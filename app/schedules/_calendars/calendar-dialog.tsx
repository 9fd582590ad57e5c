"use client";
/** One calendar: its name and its days, one day or range on each line, what is wrong with a line told beside it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { faultOfDays } from "@/pipelines/schedule/calendar";
import { useTRPC } from "../../_trpc/client";
import type { CalendarRow } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Dialog } from "../../_ui/dialog";
import { Field, Input, TextArea } from "../../_ui/field";
import { Notice } from "../../_ui/notice";
import styles from "../schedules.module.css";

export function CalendarDialog({
  calendar,
  onClose,
  onSaved,
}: {
  readonly calendar?: CalendarRow | undefined;
  readonly onClose: () => void;
  readonly onSaved?: (id: string) => void;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState(calendar?.name ?? "");
  const [text, setText] = useState(calendar?.days.join("\n") ?? "");
  const [tried, setTried] = useState(false);
  const save = useMutation(
    trpc.schedule.saveCalendar.mutationOptions({
      onSuccess: async ({ id }) => {
        await queries.invalidateQueries({ queryKey: trpc.schedule.calendars.queryKey() });
        void queries.invalidateQueries({ queryKey: trpc.schedule.preview.pathKey() });
        onSaved?.(id);
        onClose();
      },
    }),
  );
  const lines = text.split("\n").map((line) => line.trim());
  const days = lines.filter((line) => line !== "");
  // The line that is being written is not wrong yet.
  const faults = lines.flatMap((line, index) => {
    const fault = line === "" || (!tried && index === lines.length - 1) ? undefined : faultOfDays(line);
    return fault === undefined ? [] : [`Line ${index + 1}: ${fault}`];
  });
  const nameFault = tried && name.trim() === "" ? "Give it a name." : undefined;
  const daysFault = faults.length > 0 ? faults.slice(0, 3).join(" ") : tried && days.length === 0 ? "Give it a day." : undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={calendar ? `Edit “${calendar.name}”` : "New calendar"}
      text={
        calendar && calendar.usedBy > 0
          ? `${calendar.usedBy === 1 ? "One schedule keeps" : `${calendar.usedBy} schedules keep`} to it: what you change holds for their next fire times.`
          : "Schedules that keep to it leave its days out."
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setTried(true);
          if (name.trim() === "" || days.length === 0 || days.some((day) => faultOfDays(day) !== undefined)) return;
          save.mutate({ ...(calendar && { id: calendar.id }), name: name.trim(), days });
        }}
        onKeyDown={(event) => {
          // Not the form of a schedule that this may stand above.
          event.stopPropagation();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <Field label="Name" fault={nameFault}>
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={100}
              autoComplete="off"
              placeholder="Public holidays"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Days left out"
          hint="One a line: 2026-12-25, or 2026-12-24/2027-01-01 for all days from one to the other. They begin and end at midnight in the zone of each schedule."
          fault={daysFault}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={8}
              className={styles.mono}
              spellCheck={false}
              value={text}
              onBlur={() => text.trim() !== "" && days.some((day) => faultOfDays(day) !== undefined) && setTried(true)}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {save.error && <Notice look="failed">{save.error.message}</Notice>}
        <div className={styles.buttons}>
          <span className={styles.space} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {calendar ? "Save the calendar" : "Make the calendar"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
