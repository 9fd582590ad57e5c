"use client";
/** All lines of an attempt: first what is there, page by page, then what comes. */
import { useEffect, useState } from "react";
import { useTRPCClient } from "../_trpc/client";
import type { LogLine } from "../_trpc/outputs";

interface Log {
  readonly lines: readonly LogLine[];
  readonly loading: boolean;
  readonly error: { readonly message: string } | undefined;
  readonly cut: number;
}

const empty: Log = { lines: [], loading: true, error: undefined, cut: 0 };

export function useLogLines(taskRunId: string, attempt: number, live: boolean): Log {
  const client = useTRPCClient();
  const [log, setLog] = useState<Log>(empty);
  useEffect(() => {
    let stopped = false;
    let stop = () => undefined as void;
    const lines: LogLine[] = [];
    const show = (rest: Partial<Log>) => !stopped && setLog((now) => ({ ...now, lines: [...lines], ...rest }));
    const load = async () => {
      for (let from = 0; !stopped;) {
        const page = await client.run.logs.query({ taskRunId, attempt, from, limit: 5000 });
        lines.push(...page.records);
        from = page.next;
        const done = page.records.length === 0 || from >= page.total;
        show({ cut: page.cut, loading: !done });
        if (done) break;
      }
      if (stopped || !live) return;
      const subscription = client.run.watchLogs.subscribe(
        { taskRunId, attempt, from: lines.length },
        {
          onData: ({ from, records }) => {
            // A reconnect may say lines twice.
            const fresh = records.slice(Math.max(0, lines.length - from));
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
