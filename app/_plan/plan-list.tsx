"use client";
/** A dry run: per task whether it would run, and why. */
import Link from "next/link";
import type { PlanView } from "../_trpc/outputs";
import { StateIcon } from "../_ui/state-icon";
import styles from "./plan-list.module.css";

type Planned = NonNullable<PlanView["forecast"]>[number];

const states = { cached: "cached", runs: "running", waits: "waiting", depends: "blocked", skipped: "skipped" } as const;
const words = { cached: "Reused", runs: "Runs", waits: "Waits", depends: "Open", skipped: "Left out" } as const;

export function PlanList({ plan }: { readonly plan: PlanView }) {
  const forecast = plan.forecast ?? [];
  if (plan.faults.length > 0) {
    return (
      <ul className={styles.faults} aria-label="Why it cannot be started like this">
        {plan.faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    );
  }
  return (
    <div className={styles.plan} role="region" aria-label="What would run" tabIndex={0}>
      <p className={styles.sum}>{sumUp(forecast)}</p>
      <ul className={styles.list}>
        {forecast.map((task) => (
          <li key={task.key} className={styles.row} data-planned={task.verdict}>
            <span className={styles.verdict}>
              <StateIcon state={states[task.verdict]} label="" /> {words[task.verdict]}
            </span>
            <span className={styles.name}>{task.title || task.key}</span>
            <span className={styles.why}>
              {task.sentence}
              {task.cachedFrom && (
                <>
                  {" "}
                  From{" "}
                  <Link href={`/runs/${task.cachedFrom.runId}?task=${task.cachedFrom.taskRunId}`}>run #{task.cachedFrom.runNumber}</Link>.
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function sumUp(forecast: readonly Planned[]): string {
  const count = (verdict: Planned["verdict"]) => forecast.filter((task) => task.verdict === verdict).length;
  const parts = [
    [count("runs"), "would run"],
    [count("cached"), "reused"],
    [count("waits"), "would wait"],
    [count("depends"), "open until others have ended"],
    [count("skipped"), "left out"],
  ] as const;
  return parts
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(", ");
}
