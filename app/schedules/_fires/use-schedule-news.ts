"use client";
/** Asks again when there may be something new: a run has changed, a fire time has passed, something is under way. */
import { useEffect, useRef } from "react";
import { useRunChanges } from "../../_frame/run-changes";

const betweenMs = 500;
/** A run begins about a second after its fire time. */
const afterFireMs = 1_500;
const openMs = 2_000;
const longestTimer = 2 ** 31 - 1;

export interface NewsOptions {
  /** The next fire time of what is shown. */
  readonly nextFireAt: string | undefined;
  /** Something shown is under way whose progress nobody announces. */
  readonly open: boolean;
}

export function useScheduleNews(ask: () => void, { nextFireAt, open }: NewsOptions): void {
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pending.current), []);
  useRunChanges(() => {
    // Hundreds of changes a second are one look.
    pending.current ??= setTimeout(() => {
      pending.current = undefined;
      latest.current();
    }, betweenMs);
  });
  useEffect(() => {
    if (nextFireAt === undefined) return;
    const wait = Math.max(0, Date.parse(nextFireAt) - Date.now()) + afterFireMs;
    const timer = setTimeout(() => latest.current(), Math.min(wait, longestTimer));
    return () => clearTimeout(timer);
  }, [nextFireAt]);
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => !document.hidden && latest.current(), openMs);
    return () => clearInterval(timer);
  }, [open]);
}
