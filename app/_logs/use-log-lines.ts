"use client";
/** The last lines of an attempt: first what is there, page by page, then what comes. The run's page shows all of a long log. */
import { useEffect, useState } from "react";
import { useTRPCClient } from "../_trpc/client";
import type { LogLine } from "../_trpc/outputs";

/** So many of a longer log are shown; twice as many are held while it goes on. */
const most = 20_000;

interface Log {
  /** Lines before the first one held. */
  readonly before: number;
  readonly lines: readonly LogLine[];
  readonly loading: boolean;
  readonly error: { readonly message: string } | undefined;
  readonly cut: number;
}

const empty: Log = { before: 0, lines: [], loading: true, error: undefined, cut: 0 };

export function useLogLines(taskRunId: string, attempt: number, live: boolean): Log {
  const client = useTRPCClient();
  const [log, setLog] = useState<Log>(empty);
  useEffect(() => {
    let stopped = false;
    let stop = () => undefined as void;
    const lines: LogLine[] = [];
    let before = 0;
    const show = (rest: Partial<Log>) => {
      if (lines.length > 2 * most) before += lines.splice(0, lines.length - most).length;
      if (!stopped) setLog((now) => ({ ...now, before, lines: [...lines], ...rest }));
    };
    const load = async () => {
      const { total } = await client.run.logs.query({ taskRunId, attempt, from: 0, limit: 1 });
      before = Math.max(0, total - most);
      for (let from = before; !stopped;) {
        const page = await client.run.logs.query({ taskRunId, attempt, from, limit: 5000 });
        lines.push(...page.records);
        from = page.next;
        const done = page.records.length === 0 || from >= page.total;
        show({ cut: page.cut, loading: !done });
        if (done) break;
      }
      if (stopped || !live) return;
      const subscription = client.run.watchLogs.subscribe(
        { taskRunId, attempt, from: before + lines.length },
        {
          onData: ({ from, records }) => {
            // A reconnect may say lines twice.
            const fresh = records.slice(Math.max(0, before + lines.length - from));
            if (fresh.length === 0) return;
            lines.push(...fresh);
            show({});
          },
          onError: (error) => show({ error }),
        },
      );
      stop = () => subscription.unsubscribe();
    };
    // eslint-disable-next-line react-hooks/set-state-in-effect -- another log begins empty
    setLog(empty);
    load().catch((error: { message: string }) => show({ error, loading: false }));
    return () => {
      stopped = true;
      stop();
    };
  }, [client, taskRunId, attempt, live]);
  return log;
}
