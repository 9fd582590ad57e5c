"use client";
/**
 * Makes or changes a schedule; the next fire times stand beside what is written. Neighbours: schedule-draft.ts (what is held
 * and sent), timing-fields.tsx, params-fields.tsx, calendar-field.tsx, advanced-fields.tsx, preview-list.tsx.
 */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Parameter } from "@/pipelines/compile/dag";
import { validateParams } from "@/pipelines/compile/validate-params";
import { useTRPC } from "../../_trpc/client";
import type { ScheduleRow } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Keys } from "../../_ui/chip";
import { Dialog } from "../../_ui/dialog";
import { Field, Input } from "../../_ui/field";
import { ErrorNotice, Notice, Skeleton } from "../../_ui/notice";
import { useToast } from "../../_ui/toast";
import { browserZone, fromWallTime } from "../_fires/zoned-time";
import { AdvancedFields } from "./advanced-fields";
import { CalendarField } from "./calendar-field";
import { Combobox } from "./combobox";
import styles from "./form.module.css";
import { ParamsFields } from "./params-fields";
import { PreviewList } from "./preview-list";
import { findFaults, newDraft, toDraft, toOrder, toTiming, type ScheduleDraft } from "./schedule-draft";
import { TimingFields } from "./timing-fields";

export function ScheduleDialog({
  schedule,
  notebookId,
  onClose,
  onSaved,
}: {
  /** The one that is changed; undefined: a new one. */
  readonly schedule?: ScheduleRow | undefined;
  /** Preset of a new one. */
  readonly notebookId?: string | undefined;
  readonly onClose: () => void;
  readonly onSaved?: ((id: string) => void) | undefined;
}) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const [opened] = useState(() => Date.now());
  const [draft, setDraft] = useState<ScheduleDraft>(() =>
    schedule ? toDraft(schedule, opened) : newDraft(notebookId ?? "", browserZone(), opened),
  );
  const [tried, setTried] = useState(false);
  const change = (next: Partial<ScheduleDraft>) => setDraft((now) => ({ ...now, ...next }));

  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // Wherever in the dialog the focus is, but not in one above it.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      const own = form.current?.closest('[role="dialog"]');
      if (!own || (event.target as Element).closest('[role="dialog"]') !== own) return;
      event.preventDefault();
      form.current?.requestSubmit();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  // One that was made a moment ago is there, too.
  const notebooks = useQuery(trpc.notebook.list.queryOptions(undefined, { refetchOnMount: "always" }));
  const calendars = useQuery(trpc.schedule.calendars.queryOptions());
  const timing = toTiming(draft);
  const asked = useSettled(JSON.stringify({ timing, timeZone: draft.timeZone, calendarIds: draft.calendarIds }));
  const order = JSON.parse(asked) as { timing?: NonNullable<typeof timing>; timeZone: string; calendarIds: string[] };
  const preview = useQuery(
    trpc.schedule.preview.queryOptions(
      { timing: order.timing ?? { type: "cron", expression: "" }, timeZone: order.timeZone, calendarIds: order.calendarIds },
      { enabled: order.timing !== undefined, placeholderData: keepPreviousData },
    ),
  );
  // What was asked about is not what stands there now.
  const stale = preview.isPlaceholderData || asked !== JSON.stringify({ timing, timeZone: draft.timeZone, calendarIds: draft.calendarIds });
  const timingFault = stale || timing === undefined ? undefined : (preview.data?.fault ?? preview.error?.message);

  const notebook = useQuery(
    trpc.notebook.get.queryOptions({ id: draft.notebookId }, { enabled: draft.notebookId !== "", staleTime: 10_000 }),
  );
  const newest = notebook.data?.revision;
  const pinned = draft.revision === undefined ? undefined : Number(draft.revision);
  const revision = pinned === undefined ? newest : newest !== undefined && pinned >= 1 && pinned <= newest ? pinned : undefined;
  const plan = useQuery(
    trpc.run.plan.queryOptions(
      { notebookId: draft.notebookId, revision: revision ?? 1 },
      { enabled: revision !== undefined, staleTime: 10_000 },
    ),
  );
  // The same JSON; only what may be missing differs.
  const params = useMemo(() => (plan.data?.parameters ?? []) as unknown as readonly Parameter[], [plan.data]);
  const checked = validateParams(params, draft.params);
  const paramFaults = new Map("faults" in checked && plan.data ? checked.faults.map(({ name, message }) => [name, message]) : []);
  if (draft.dateParam !== undefined) paramFaults.delete(draft.dateParam);

  const faults = findFaults(draft);
  const shownFaults = tried ? faults : { ...faults, notebook: undefined };
  const save = useMutation(
    trpc.schedule.save.mutationOptions({
      onSuccess: ({ id }) => {
        toast({ text: schedule ? "The schedule is changed." : "The schedule is made." });
        void queries.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
        onClose();
        onSaved?.(id);
      },
    }),
  );
  const words = preview.data?.words ?? "Schedule";
  const submit = () => {
    setTried(true);
    const sent = toOrder(draft, words);
    if (sent && timingFault === undefined && paramFaults.size === 0 && !save.isPending) save.mutate(sent);
  };
  const notebookChoices = useMemo(() => (notebooks.data ?? []).map(({ id, title }) => ({ value: id, label: title })), [notebooks.data]);

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} wide title={schedule ? `Edit “${schedule.name}”` : "New schedule"}>
      <form
        ref={form}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // React hands on what happens in a dialog above this one, too.
          if (event.target === event.currentTarget) submit();
        }}
      >
        <div className={styles.sides}>
          <div className={styles.group}>
            {schedule?.fault !== undefined && (
              <Notice look="failed">
                It was paused because it could not be worked with: {schedule.fault} Saving it makes it fire again.
              </Notice>
            )}
            <Field label="Notebook" fault={shownFaults.notebook}>
              {(control) => (
                <Combobox
                  {...control}
                  choices={schedule ? [{ value: schedule.notebookId, label: schedule.notebook }] : notebookChoices}
                  value={draft.notebookId}
                  disabled={schedule !== undefined}
                  placeholder={notebooks.isPending ? "Loading the notebooks…" : "Search a notebook"}
                  onChange={(notebookId) => change({ notebookId, params: {}, dateParam: undefined, revision: undefined })}
                />
              )}
            </Field>
            {notebooks.error && <ErrorNotice doing="load the notebooks" error={notebooks.error} onRetry={() => void notebooks.refetch()} />}
            <Field label="Name">
              {(control) => (
                <Input
                  {...control}
                  value={draft.name}
                  placeholder={words}
                  maxLength={100}
                  autoComplete="off"
                  onChange={(event) => change({ name: event.target.value })}
                />
              )}
            </Field>
            <TimingFields draft={draft} onChange={change} faults={shownFaults} timingFault={timingFault} />
          </div>
          <PreviewList
            preview={timing === undefined ? { fires: [], fault: "" } : preview.data}
            stale={stale}
            timeZone={order.timeZone}
            calendars={(calendars.data ?? []).filter(({ id }) => order.calendarIds.includes(id))}
            endsAt={draft.endsAt === "" ? undefined : fromWallTime(draft.endsAt, draft.timeZone)}
          />
        </div>
        <CalendarField calendars={calendars.data ?? []} chosen={draft.calendarIds} onChange={(calendarIds) => change({ calendarIds })} />
        {draft.notebookId !== "" && (
          <section className={styles.section} aria-label="Parameters">
            <h3>Parameters</h3>
            {plan.error ? (
              <ErrorNotice doing="read the notebook's parameters" error={plan.error} onRetry={() => void plan.refetch()} />
            ) : plan.data === undefined ? (
              <Skeleton height={32} />
            ) : (
              <ParamsFields
                params={params}
                given={draft.params}
                dateParam={draft.dateParam}
                faults={paramFaults}
                onGiven={(given) => change({ params: given })}
                onDateParam={(dateParam) => change({ dateParam })}
              />
            )}
          </section>
        )}
        <AdvancedFields draft={draft} onChange={change} faults={shownFaults} newest={newest} />
        <div className={styles.foot}>
          {save.error && <Notice look="failed">{save.error.message}</Notice>}
          <div className={styles.buttons}>
            <span className={styles.keys}>
              <Keys>Ctrl Enter</Keys> saves
            </span>
            <span className={styles.space} />
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" disabled={save.isPending || timingFault !== undefined || paramFaults.size > 0}>
              {save.isPending ? "Saving…" : schedule ? "Save" : "Make the schedule"}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

const settleMs = 150;

/** The value when it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
