"use client";
/** A notebook's schedules in a line each: "Every day at 06:00, next in 3 h". */
import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "../_trpc/client";
import { NextTime } from "./_fires/next-time";
import styles from "./notebook-schedules.module.css";
import { ScheduleBadge } from "./schedule-badge";

const few = 3;

export function NotebookSchedules({ notebookId }: { readonly notebookId: string }) {
  const trpc = useTRPC();
  const schedules = useQuery(trpc.schedule.list.queryOptions({ notebookId }, { staleTime: 30_000 })).data;
  if (schedules === undefined) return <p className={styles.line} aria-hidden />;
  return (
    <p className={styles.line} data-notebook-schedules>
      <CalendarClock size={14} aria-hidden />
      {schedules.length === 0 && (
        <span>
          Runs when somebody starts it. <Link href={`/schedules?new=${notebookId}`}>Schedule it</Link>
        </span>
      )}
      {schedules.slice(0, few).map((schedule) => (
        <span key={schedule.id} className={styles.one}>
          <Link href={`/schedules/${schedule.id}`} title={schedule.name}>
            {schedule.words}
          </Link>
          {schedule.nextFireAt === undefined ? (
            <ScheduleBadge schedule={schedule} />
          ) : (
            <span>
              next <NextTime at={schedule.nextFireAt} />
            </span>
          )}
        </span>
      ))}
      {schedules.length > few && <Link href={`/schedules?notebook=${notebookId}`}>and {schedules.length - few} more</Link>}
    </p>
  );
}
