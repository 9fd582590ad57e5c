"use client";
/** The log of one attempt: the end of it first, earlier lines on demand, new ones as they come. */
import { useSubscription } from "@trpc/tanstack-react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTRPC, useTRPCClient } from "../../../_trpc/client";
import { emptyLog, endOf, joinLog, trimLog, type LogBuffer } from "./log-buffer";

const chunk = 1000;
const bigChunk = 5000;

/** Lines that the page holds of what goes on: fewer when nobody has gone back into it. */
const most = { following: 100_000, reading: 1_000_000 };

export function useLog(taskRunId: string, attempt: number, expected: number, line: number | undefined, live: boolean, following: boolean) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [buffer, setBuffer] = useState<LogBuffer>(emptyLog);
  const [loaded, setLoaded] = useState(false);
  const [error, setError] = useState<Error>();
  const latest = useRef(buffer);
  useEffect(() => {
    latest.current = buffer;
  }, [buffer]);

  const read = useCallback(
    async (from: number, limit: number) => {
      const { records, total } = await client.run.logs.query({ taskRunId, attempt, from, limit });
      setBuffer((held) => joinLog(held, from, records, total));
      return { count: records.length, total };
    },
    [client, taskRunId, attempt],
  );

  /** Everything after what is held, in as many steps as it takes. */
  const readOn = useCallback(
    async (from: number) => {
      for (let at = from; ;) {
        const { count, total } = await read(at, bigChunk);
        at += count;
        if (count === 0 || at >= total) return;
      }
    },
    [read],
  );

  const start = line === undefined ? Math.max(0, expected - chunk) : Math.max(0, line - chunk / 2);
  const firstStart = useRef(start);
  useEffect(() => {
    let gone = false;
    readOn(firstStart.current).then(
      () => !gone && setLoaded(true),
      (cause: unknown) => !gone && setError(cause as Error),
    );
    return () => {
      gone = true;
    };
  }, [readOn]);

  const [liveFrom, setLiveFrom] = useState<number>();
  useEffect(() => {
    if (loaded && live) setLiveFrom((now) => now ?? endOf(latest.current));
  }, [loaded, live]);
  useSubscription(
    trpc.run.watchLogs.subscriptionOptions(
      { taskRunId, attempt, from: liveFrom ?? 0 },
      // eslint-disable-next-line react-hooks/refs -- handlers of events, not called while rendering
      {
        enabled: live && liveFrom !== undefined,
        onData: ({ from, records }) =>
          setBuffer((held) => trimLog(joinLog(held, from, records), following ? most.following : most.reading)),
        // After a lost line: go on behind what is here.
        onConnectionStateChange: (state) => state.state === "connecting" && setLiveFrom(endOf(latest.current)),
      },
    ),
  );
  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) void readOn(endOf(latest.current)).catch((cause: unknown) => setError(cause as Error));
    wasLive.current = live;
  }, [live, readOn]);

  const busy = useRef(false);
  const loadEarlier = useCallback(
    async (all: boolean) => {
      if (busy.current) return;
      busy.current = true;
      try {
        let from = latest.current.from;
        while (from > 0) {
          const limit = Math.min(all ? bigChunk : chunk, from);
          from -= limit;
          await read(from, limit);
          if (!all) break;
        }
      } catch (cause) {
        setError(cause as Error);
      } finally {
        busy.current = false;
      }
    },
    [read],
  );
  return { buffer, loaded, error, loadEarlier };
}
