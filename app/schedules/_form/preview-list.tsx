"use client";
/** The next ten fire times on the clock of the schedule's zone, and on the reader's where that shows something else. */
import { isLeftOut } from "@/pipelines/schedule/calendar";
import type { CalendarRow } from "../../_trpc/outputs";
import { classNames } from "../../_ui/class-names";
import { Skeleton } from "../../_ui/notice";
import { NextTime } from "../_fires/next-time";
import { browserZone, isSameClock, offsetWords, zonedWords } from "../_fires/zoned-time";
import styles from "./form.module.css";

export interface Preview {
  readonly words?: string | undefined;
  readonly fault?: string | undefined;
  readonly fires: readonly { readonly fireAt: string; readonly leftOut: boolean }[];
}

export function PreviewList({
  preview,
  stale,
  timeZone,
  calendars,
  endsAt,
}: {
  readonly preview: Preview | undefined;
  /** Of what stood there before: new ones are on their way. */
  readonly stale: boolean;
  readonly timeZone: string;
  /** Those that the schedule keeps to. */
  readonly calendars: readonly CalendarRow[];
  readonly endsAt: number | undefined;
}) {
  const here = browserZone();
  const fires = (preview?.fires ?? []).filter(({ fireAt }) => endsAt === undefined || Date.parse(fireAt) <= endsAt);
  return (
    <section className={classNames(styles.preview, stale && styles.stale)} aria-label="Next fire times" aria-busy={stale}>
      <h3 className={styles.previewHead}>Next fire times</h3>
      <p className={styles.words} data-timing-words aria-live="polite">
        {preview?.words ?? (preview?.fault !== undefined ? "None: the timing cannot be read." : " ")}
      </p>
      {preview === undefined ? (
        <Skeleton height={220} />
      ) : (
        <ol className={styles.fires}>
          {fires.map(({ fireAt, leftOut }, index) => {
            const at = Date.parse(fireAt);
            const offset = offsetWords(at, timeZone);
            const before = index === 0 ? offset : offsetWords(Date.parse(fires[index - 1]!.fireAt), timeZone);
            const calendar = leftOut ? calendars.find(({ days }) => isLeftOut(at, timeZone, days))?.name : undefined;
            return (
              <li key={fireAt} className={classNames(styles.fire, leftOut && styles.leftOut)} data-left-out={leftOut || undefined}>
                <span>
                  <time dateTime={fireAt} className={styles.at}>
                    {zonedWords(at, timeZone)}
                  </time>{" "}
                  <span
                    className={offset === before ? styles.quiet : styles.changed}
                    title={offset === before ? undefined : "The clocks are changed before it"}
                  >
                    {offset}
                  </span>
                </span>
                <span className={styles.beside}>
                  {leftOut ? (
                    <>left out by {calendar === undefined ? "a calendar" : `“${calendar}”`}</>
                  ) : isSameClock(at, timeZone, here) ? (
                    <NextTime at={fireAt} />
                  ) : (
                    <>here {zonedWords(at, here)}</>
                  )}
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {preview && !preview.fault && fires.length === 0 && (
        <p className={styles.word}>It never fires{endsAt === undefined ? " again" : " before it ends"}.</p>
      )}
    </section>
  );
}
