"use client";
import { formatDuration } from "./format-duration";
import { formatExact, formatRelative } from "./format-time";
import { slowMs, useNow } from "./use-now";

/** "3 min ago", the exact time on hover. */
export function RelativeTime({ at }: { readonly at: string }) {
  const now = useNow("slow");
  const time = new Date(at);
  // A clock that is read every ten seconds must not say "in 4 s" of what has just happened.
  const reference = new Date(Math.max(now, Math.min(time.getTime(), now + slowMs)));
  return (
    <time dateTime={at} title={formatExact(time)} suppressHydrationWarning>
      {formatRelative(time, reference)}
    </time>
  );
}

/** How long something took, or counts up while it runs. */
export function Duration({ from, ms }: { readonly from?: string | undefined; readonly ms: number | undefined }) {
  if (ms !== undefined) return <span>{formatDuration(ms)}</span>;
  if (from !== undefined) return <CountingUp from={from} />;
  return <span aria-hidden>–</span>;
}

function CountingUp({ from }: { readonly from: string }) {
  const now = useNow("fast");
  const ms = Math.max(0, now - new Date(from).getTime());
  return (
    <span>
      {formatDuration(ms < 1000 ? 0 : Math.floor(ms / 1000) * 1000)
        .replace(/^0 ms$/, "0 s")
        .replace(/^(\d)\.0 s$/, "$1 s")}
    </span>
  );
}
