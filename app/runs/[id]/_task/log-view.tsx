"use client";
/** The lines of one attempt: a virtual list that follows the end while the task runs. A line's number is its link. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine, Download } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { downloadText } from "../../../_charts/download";
import { useAddress } from "../../../_charts/use-address";
import type { LogLine, TaskRunDetail } from "../../../_trpc/outputs";
import { Button, IconButton } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { Input, Select } from "../../../_ui/field";
import { formatNumber } from "../../../_ui/format-number";
import { formatClock, formatExact } from "../../../_ui/format-time";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { filterLog, logLevels, plainText, type LogFloor } from "./log-buffer";
import styles from "./log.module.css";
import { useLog } from "./use-log";

const floorWords: Record<LogFloor, string> = { debug: "All lines", info: "Without debug", warn: "Warnings and errors", error: "Errors" };

export function LogView({
  taskRunId,
  attempt,
  attempts,
  cut,
  live,
  begun,
}: {
  readonly taskRunId: string;
  readonly attempt: number;
  readonly attempts: TaskRunDetail["attempts"];
  /** Lines that were not kept. */
  readonly cut: number;
  readonly live: boolean;
  readonly begun: boolean;
}) {
  const address = useAddress();
  const line = address.get("line") === undefined ? undefined : Number(address.get("line"));
  const expected = attempts.find((one) => one.attempt === attempt)?.logRecords ?? 0;
  const [following, setFollowing] = useState(line === undefined);
  const start = line === undefined ? undefined : line - 1;
  const { buffer, loaded, error, loadEarlier } = useLog(taskRunId, attempt, expected, start, live, following);
  const [words, setWords] = useState("");
  const searched = useDeferredValue(words);
  const floor = logLevels.find((one) => one === address.get("level")) ?? "debug";
  const places = useMemo(() => filterLog(buffer, floor, searched), [buffer, floor, searched]);
  const count = places?.length ?? buffer.lines.length;

  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here alone, never handed on to memoised parts
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => 20,
    overscan: 20,
    // Earlier lines come in above: keys keep the view where it is.
    getItemKey: (index) => buffer.from + (places?.[index] ?? index),
  });

  // A filter speaks of the whole log, so the whole log is fetched for it.
  const filtering = places !== undefined;
  useEffect(() => {
    if (filtering && loaded) void loadEarlier(true);
  }, [filtering, loaded, loadEarlier]);
  useEffect(() => {
    if (following && count > 0) virtualizer.scrollToIndex(count - 1, { align: "end" });
  }, [following, count, virtualizer]);
  const shownLine = useRef<number>(undefined);
  useEffect(() => {
    if (!loaded || line === undefined || shownLine.current === line) return;
    shownLine.current = line;
    virtualizer.scrollToIndex(line - 1 - buffer.from, { align: "center" });
  }, [loaded, line, buffer.from, virtualizer]);

  const onScroll = () => {
    const box = scroller.current!;
    setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < 24);
    if (box.scrollTop < 400 && buffer.from > 0 && loaded && !filtering) void loadEarlier(false);
  };
  const download = async () => {
    await loadEarlier(true);
    setSaving(true);
  };
  const [saving, setSaving] = useState(false);
  useEffect(() => {
    if (!saving || buffer.from > 0) return;
    setSaving(false);
    const text = buffer.lines.map((one) => `${new Date(one.time).toISOString()} ${one.level.padEnd(6)} ${plainText(one.text)}`).join("\n");
    downloadText(`${taskRunId}-${attempt}.log`, "text/plain", `${text}\n`);
  }, [saving, buffer, taskRunId, attempt]);

  return (
    <div className={styles.log} data-log={attempt}>
      <div className={styles.tools}>
        {attempts.length > 1 && (
          <Select aria-label="Try" value={attempt} onChange={(event) => address.set({ attempt: event.target.value, line: undefined })}>
            {attempts.map((one) => (
              <option key={one.attempt} value={one.attempt}>
                Try {one.attempt}
              </option>
            ))}
          </Select>
        )}
        <Input
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Select
          aria-label="Which lines"
          value={floor}
          onChange={(event) => address.set({ level: event.target.value === "debug" ? undefined : event.target.value })}
        >
          {logLevels.map((one) => (
            <option key={one} value={one}>
              {floorWords[one]}
            </option>
          ))}
        </Select>
        <span className={styles.count} role="status">
          {filtering ? `${formatNumber(count)} of ${formatNumber(buffer.total)}` : buffer.total > 0 && formatNumber(buffer.total)}
        </span>
        <IconButton label="Download the log" disabled={buffer.total === 0} onClick={() => void download()}>
          <Download size={16} />
        </IconButton>
      </div>
      {error && <ErrorNotice doing="load the log" error={error} />}
      <div ref={scroller} className={styles.box} onScroll={onScroll} tabIndex={0} role="log" aria-label="Log" aria-live="off">
        {!loaded && buffer.lines.length === 0 && !error ? (
          <div className={styles.empty}>
            <Skeleton height={16} width="70%" />
          </div>
        ) : count === 0 ? (
          <p className={styles.empty}>
            {filtering
              ? "No line fits."
              : !begun
                ? "Lines appear here as soon as the task starts."
                : live
                  ? "No line yet."
                  : "It wrote nothing."}
          </p>
        ) : (
          <div style={{ position: "relative", height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => {
              const place = places?.[item.index] ?? item.index;
              const record = buffer.lines[place];
              const number = buffer.from + place + 1;
              return (
                record && (
                  <div
                    key={item.key}
                    ref={virtualizer.measureElement}
                    data-index={item.index}
                    className={classNames(styles.line, number === line && styles.target)}
                    style={{ transform: `translateY(${item.start}px)` }}
                    data-log-line={number}
                  >
                    <Line
                      record={record}
                      number={number}
                      href={address.href({ line: String(number), pane: "logs", attempt: String(attempt) })}
                      onPick={() => address.set({ line: String(number), pane: "logs", attempt: String(attempt) })}
                    />
                  </div>
                )
              );
            })}
          </div>
        )}
      </div>
      {!following && count > 0 && (
        <Button small className={styles.toEnd} onClick={() => setFollowing(true)}>
          <ArrowDownToLine size={14} /> {live ? "Follow" : "To the end"}
        </Button>
      )}
      {cut > 0 && <p className={styles.count}>{formatNumber(cut)} more lines were not kept: the log was at its limit.</p>}
    </div>
  );
}

function Line({
  record,
  number,
  href,
  onPick,
}: {
  readonly record: LogLine;
  readonly number: number;
  readonly href: string;
  readonly onPick: () => void;
}) {
  return (
    <>
      <a
        className={styles.number}
        href={href}
        aria-label={`Link to line ${number}`}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onPick();
        }}
      >
        {number}
      </a>
      <time className={styles.time} title={formatExact(new Date(record.time))}>
        {formatClock(new Date(record.time))}
      </time>
      <span className={classNames(styles.text, styles[record.level])}>
        {(record.level === "warn" || record.level === "error" || record.level === "debug") && (
          <span className={styles.level}>{record.level} </span>
        )}
        {plainText(record.text)}
      </span>
    </>
  );
}
