"use client";
/** The last fires of a schedule as marks, oldest left. */
import Link from "next/link";
import type { FireRow } from "../../_trpc/outputs";
import { formatExact } from "../../_ui/format-time";
import { StateIcon, StateStrip } from "../../_ui/state-icon";
import { fireSentence, fireState } from "./fire-words";

export function FireStrip({ fires }: { readonly fires: readonly FireRow[] }) {
  return (
    <StateStrip>
      {fires.toReversed().map((fire) => {
        const words = `${formatExact(new Date(fire.fireAt))}. ${fireSentence(fire)}`;
        const icon = <StateIcon state={fireState(fire)} label="" />;
        return fire.run ? (
          <Link key={fire.fireAt} href={`/runs/${fire.run.id}`} prefetch={false} title={words} aria-label={words}>
            {icon}
          </Link>
        ) : (
          <span key={fire.fireAt} role="img" title={words} aria-label={words}>
            {icon}
          </span>
        );
      })}
    </StateStrip>
  );
}
