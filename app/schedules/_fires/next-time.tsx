"use client";
import { formatExact, formatRelative } from "../../_ui/format-time";
import { useNow } from "../../_ui/use-now";

const soonMs = 10_000;
const dayMs = 86_400_000;

/** "in 3 h", "in 12 d", "now": of what is to come, the exact time on hover. */
export function NextTime({ at }: { readonly at: string }) {
  const now = useNow("slow");
  const time = new Date(at);
  const ahead = time.getTime() - now;
  const words = ahead < soonMs ? "now" : ahead > dayMs ? `in ${Math.round(ahead / dayMs)} d` : formatRelative(time, new Date(now));
  return (
    <time dateTime={at} title={formatExact(time)} suppressHydrationWarning>
      {words}
    </time>
  );
}
